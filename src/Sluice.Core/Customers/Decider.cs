using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The one place that decides: what is due first, then the command. Pure; <c>now</c> is data.</summary>
public static class Decider
{
    /// <summary>The moment a command is decided at when it is <paramref name="now"/> for everyone.</summary>
    public static Instant MomentOf(Customer customer, Command command, Instant now) => command is Command.AdvanceClock clock ? Instant.Max(clock.To, customer.LastMoment) : customer.Moment(now);

    /// <param name="now">See <see cref="MomentOf"/>.</param>
    /// <param name="customer">Null: there is none yet, and only <see cref="Command.Create"/> can be accepted.</param>
    public static Decision Decide(Customer? customer, Catalog catalog, Command command, Instant now)
    {
        if (customer is null)
            return command is Command.Create create ? Finish(null, now, [], Lifecycle.Create(catalog, create, now)) : Decision.Refuse(RefusalCode.CustomerNotFound, "Customer not found.");

        if (command is Command.AdvanceClock back && back.To < customer.LastMoment)
            return Decision.Refuse(RefusalCode.InvalidRequest, "A clock only goes forward: frozen_time lies before what has already happened to the customer.");
        var due = Redeeming.After(customer, Due.Steps(customer, catalog, now), now);
        var current = customer;
        foreach (var step in due)
        {
            foreach (var happened in step) current = CustomerState.Apply(current, happened, now);
        }

        if (command.Entity is { } id && current.Entities.Find(id) is null) return new Decision.Refused(NoSuchEntity(id));
        var subject = current.Subject(command.Entity);
        var outcome = command switch
        {
            Command.Create => new Refusal(RefusalCode.CustomerExists, "The customer exists already."),
            Command.Backfill c => Lifecycle.Backfill(current, c),
            Command.ChangeProfile c => Lifecycle.ChangeProfile(current, c),
            Command.ChangeControls c => AutoTopUps.After(current, catalog, Lifecycle.ChangeControls(current, c), now),
            Command.ChangeConfig c => Lifecycle.ChangeConfig(current, c),
            Command.Delete => Lifecycle.Delete(),
            Command.Attach c => Attaching.Attach(subject, catalog, c, now).Outcome,
            Command.MultiAttach c => Attaching.Attach(current, catalog, c, now).Outcome,
            Command.CreateSchedule c => Scheduling.Create(current, catalog, c, now).Outcome,
            Command.UpdatePlan c => Updating.Update(subject, catalog, c, now).Outcome,
            Command.MovePlan c => Moving.Move(current, catalog, c, now).Outcome,
            Command.AnswerPayment c => Payments.Answer(current, catalog, c, now),
            Command.CollectInvoice c => Payments.CollectNow(current, c.Invoice, now),
            Command.MarkPaid c => Payments.PaidOutside(current, catalog, c.Invoice, now),
            Command.VoidInvoice c => Payments.VoidByHand(current, c.Invoice, now),
            Command.FinalizeInvoice c => Payments.FinalizeDraft(current, c.Invoice),
            Command.IssueInvoice c => Issuing.Issue(current, catalog, c, now).Outcome,
            Command.ReissueInvoice c => Issuing.Reissue(current, catalog, c, now).Outcome,
            Command.RecordInvoice c => Issuing.Record(current, c),
            Command.SetUpPayment c => Checkouts.SetUp(subject, catalog, c, now),
            Command.CompleteCheckout c => Checkouts.Complete(current, catalog, c, now),
            Command.ExpireCheckout c => Checkouts.Expire(current, c),
            Command.EnterCode c => Checkouts.EnterCode(current, catalog, c, now),
            Command.ChangePaymentMethod c => c.Method == current.Billing.Method ? new Outcome([]) : new CustomerEvent.PaymentMethodChanged(c.Method),
            Command.AddCredit c => Payments.Credit(current, catalog, c),
            Command.Redeem c => Redeeming.Redeem(current, catalog, c, now),
            Command.Refer c => Redeeming.Refer(current, c),
            Command.AddDiscount c => new CustomerEvent.DiscountAdded(c.Discount.Standing(null, now)),
            Command.EndDiscounts => new Outcome([.. current.Billing.Discounts.Select(static standing => new CustomerEvent.DiscountEnded(standing.Discount.Id))]),
            Command.Track c => AutoTopUps.After(subject, catalog, Seats.After(subject, catalog, Tracking.Track(subject, catalog, c, now), now), now),
            Command.Settle c => AutoTopUps.After(subject, catalog, Seats.After(subject, catalog, Holding.Settle(current, catalog, c, now), now), now),
            Command.CreateBalance c => LooseGrant.Open(subject, catalog, c, now),
            Command.UpdateBalance c => BalancesByHand.Update(subject, catalog, c, now),
            Command.DeleteBalance c => BalancesByHand.Delete(subject, catalog, c, now),
            Command.RecalculateBalance c => BalancesByHand.Recalculate(subject, catalog, c),
            Command.CreateEntity c => Seats.After(current, catalog, EntityLifecycle.Create(current, catalog, c, now), now),
            Command.UpdateEntity c => EntityLifecycle.Update(subject.Entity!, c),
            Command.DeleteEntity => Seats.After(current, catalog, EntityLifecycle.Delete(current, catalog, subject.Entity!, now), now),
            Command.AssignLicenses c => Licenses.Assign(current, catalog, c, now),
            Command.ReleaseLicenses c => Licenses.Release(current, c, now),
            Command.AdvanceClock c => new Outcome(current.Clock == c.To ? [] : [new CustomerEvent.ClockSet(c.To)]),
            Command.Tick => new Outcome([]),
            _ => throw new InvariantViolation($"unknown command {command.GetType().Name}"),
        };
        return Finish(customer, now, due, Redeeming.After(current, outcome, now));
    }

    /// <summary>What an attach, a change of a plan or an invoice would do: the same decision, not carried out.</summary>
    public static (BillingPlan? Plan, Refusal? Refusal) Preview(Customer customer, Catalog catalog, Command command, Instant now)
    {
        var current = Due.AsOf(customer, catalog, now);
        if (command.Entity is { } id && current.Entities.Find(id) is null) return (null, NoSuchEntity(id));
        var subject = current.Subject(command.Entity);
        var planned = command switch
        {
            Command.Attach c => Attaching.Attach(subject, catalog, c, now),
            Command.MultiAttach c => Attaching.Attach(current, catalog, c, now),
            Command.CreateSchedule c => Scheduling.Create(current, catalog, c, now),
            Command.UpdatePlan c => Updating.Update(subject, catalog, c, now),
            Command.MovePlan c => Moving.Move(current, catalog, c, now),
            Command.IssueInvoice c => Issuing.Issue(current, catalog, c, now),
            Command.ReissueInvoice c => Issuing.Reissue(current, catalog, c, now),
            _ => throw new InvariantViolation($"{command.GetType().Name} has no preview"),
        };
        return (planned.Plan, planned.Refusal);
    }

    public static Refusal NoSuchEntity(string id) => new(RefusalCode.EntityNotFound, $"The customer has no entity {id}. Create it first with entities.create.");

    // A step that ends in a usage is an entry by itself; the rest of what is due goes into the command's entry.
    private static Decision Finish(Customer? before, Instant now, ImmutableArray<ImmutableArray<CustomerEvent>> due, Outcome outcome)
    {
        if (outcome.Refusal is { } refusal) return new Decision.Refused(refusal);
        var entries = ImmutableArray.CreateBuilder<Entry>(1);
        var (customer, pending) = (before, ImmutableArray<CustomerEvent>.Empty);
        foreach (var step in due)
        {
            if (CustomerEvent.Used.In(step) is null)
                pending = pending.AddRange(step);
            else
                Add(pending.AddRange(step));
        }

        if (due.IsEmpty && outcome.After is { } after) entries.Add(new Entry(outcome.Events, customer = CustomerState.EndEntry(after, now)));
        else if (!pending.IsEmpty || !outcome.Events.IsEmpty) Add(pending.AddRange(outcome.Events));
        return new Decision.Accepted(customer!, entries.DrainToImmutable(), outcome.Events);

        void Add(ImmutableArray<CustomerEvent> events)
        {
            customer = CustomerState.ApplyEntry(customer, events, now);
            entries.Add(new Entry(events, customer));
            pending = [];
        }
    }
}

/// <summary>What a rule says to one command: events, or a refusal.</summary>
/// <param name="After">The customer when all the events are applied, where the rule has done that already.</param>
internal readonly record struct Outcome(ImmutableArray<CustomerEvent> Events, Refusal? Refusal = null, Customer? After = null)
{
    public static implicit operator Outcome(Refusal refusal) => new([], refusal);

    public static implicit operator Outcome(CustomerEvent happened) => new([happened]);
}
