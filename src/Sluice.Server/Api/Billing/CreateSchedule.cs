using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>billing.create_schedule: dated phases of plans. The first begins now and is charged as an attach; each later one begins, and is charged, at its moment.</summary>
internal static class CreateSchedule
{
    private static readonly FrozenDictionary<string, IntervalUnit> Durations =
        new Dictionary<string, IntervalUnit> { ["month"] = IntervalUnit.Month, ["year"] = IntervalUnit.Year }.ToFrozenDictionary();

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, returnTo) = (body.RequiredText("customer_id"), body.Text("success_url"));
        var entity = EntityFields.Id(body);
        var options = BillingFields.Options(call, body);
        body.Later("free_trial", "no_billing_changes", "preserve_add_ons", "unscheduled_plans");
        var phases = Phases(body, entity, call.Now);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, options.Discounts) is { } usedUp) return call.Refuse(usedUp);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);

        // "So long after" counts from the customer's own time.
        if (customer.Clock is not null) phases = Phases(body, entity, call.NowOf(customer));

        await using var turn = await call.BillingTurn(customerId);
        var ran = await call.Run(customerId, new Command.CreateSchedule(phases, options));
        if (ran.End != RunEnd.Done) return call.Failure(ran, entity);
        var done = await AttachBody.Of(call, customerId, entity, ran, returnTo);
        var after = await call.Read(customerId) ?? ran.Customer;
        return Answer.Ok(ScheduleBody.Of(after, phases, entity, done), ApiJson.Default.ScheduleBody);
    }

    // A phase starts at a moment, or so long after the one before it.
    private static ImmutableArray<SchedulePhase> Phases(Body body, string? entity, Instant now)
    {
        var phases = ImmutableArray.CreateBuilder<SchedulePhase>();
        foreach (var sent in body.Objects("phases") ?? [])
        {
            sent.Later("billing_cycle_anchor");
            var start = StartOf(sent, phases.Count == 0 ? null : phases[^1].StartsAt ?? now);
            var plans = (sent.Objects("plans") ?? []).Select(plan => BillingFields.Wish(plan, entity)).ToImmutableArray();
            phases.Add(new SchedulePhase(start, plans));
        }

        if (phases.Count == 0) body.Fault("phases", "name one phase or more");
        return phases.DrainToImmutable();
    }

    private static Instant? StartOf(Body phase, Instant? before)
    {
        if (phase.Object("starting_after") is { } after)
        {
            if (phase.Has("starts_at")) phase.Fault("starting_after", "stands beside starts_at: keep one of the two");
            if (before is null) phase.Fault("starting_after", "the first phase starts now");
            var (unit, count) = (after.Choice("duration_type", Durations, required: true), after.WholeNumber("duration_count", min: 1, max: 1_000, required: true));
            return before is { } from && unit is { } one && count is { } many ? new Interval(one, many).Boundary(from, 1) : null;
        }

        return phase.Says("starts_at", "now") ? null : phase.Moment("starts_at");
    }
}

/// <param name="Status">created, or pending_payment: nothing begins before it is paid at payment_url.</param>
public sealed record ScheduleBody(
    string CustomerId,
    string? EntityId,
    string Status,
    string? ScheduleId,
    IReadOnlyList<PhaseBody> Phases,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AttachInvoiceBody? Invoice,
    string? PaymentUrl,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RequiredActionBody? RequiredAction)
{
    internal static ScheduleBody Of(Customer customer, ImmutableArray<SchedulePhase> phases, string? entity, AttachBody done)
    {
        var named = phases.Select((phase, at) => phase.Plans.Select(wish => Named(customer, wish, phase.StartsAt, at == 0)).OfType<Subscription>().ToList()).ToList();
        var first = named.SelectMany(static held => held).Select(static held => (SubscriptionNo?)held.No).FirstOrDefault();
        var isPending = done.PaymentUrl is not null && named[0].Count == 0;
        var id = first is { } no && !isPending ? string.Create(CultureInfo.InvariantCulture, $"sched_{customer.Key.Value}_{no.Value}") : null;
        return new ScheduleBody(
            done.CustomerId, entity, isPending ? "pending_payment" : "created", id,
            [.. phases.Select((phase, at) => new PhaseBody(
                string.Create(CultureInfo.InvariantCulture, $"phase_{customer.Key.Value}_{at + 1}"), StartOf(named[at], phase, customer),
                [.. named[at].Select(held => held.CallerId ?? PublicIds.Of(customer.Key, held.No))]))],
            done.Invoice, done.PaymentUrl, done.RequiredAction);
    }

    // One that goes on from the phase before is the same.
    private static Subscription? Named(Customer customer, PlanWish wish, Instant? startsAt, bool isFirst)
    {
        var own = customer.HeldBy(wish.Entity is { } id ? customer.Entities.Find(id)?.No : null);
        var held = own.Subscriptions.FirstOrDefault(one => one.Plan == wish.Plan);
        if (isFirst) return held;
        return own.Planned.Where(one => one.Plan == wish.Plan && one.Incoming!.StartsAt is not null).MinBy(one => Math.Abs(one.Incoming!.StartsAt!.Value.Milliseconds - startsAt!.Value.Milliseconds)) ?? held;
    }

    // As it is kept: a start near the end of a period is the end of the period.
    private static Instant StartOf(List<Subscription> named, SchedulePhase phase, Customer customer) =>
        named.Select(static held => held.Incoming?.StartsAt).FirstOrDefault(static start => start is not null) ?? phase.StartsAt ?? named.Select(static held => (Instant?)held.StartedAt).FirstOrDefault() ?? customer.LastMoment;
}

public sealed record PhaseBody(string PhaseId, Instant StartsAt, IReadOnlyList<string> CustomerProductIds);
