using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Dated phases of plans. The first begins now and is attached; the others wait for their moments.</summary>
internal static class Scheduling
{
    // A phase that begins about when a period ends begins with the next period.
    private static readonly long Snaps = (long)TimeSpan.FromHours(12).TotalMilliseconds;

    private static readonly long Tolerance = (long)TimeSpan.FromMinutes(15).TotalMilliseconds;

    public static Planned Create(Customer customer, Catalog catalog, Command.CreateSchedule command, Instant now)
    {
        if (Refused(command, now) is { } refusal) return refusal;
        var phases = ImmutableArray.CreateBuilder<PlannedPhase>(command.Phases.Length);
        foreach (var phase in command.Phases)
        {
            var offers = ImmutableArray.CreateBuilder<PlanOffer>(phase.Plans.Length);
            foreach (var wish in phase.Plans)
            {
                if (wish.Entity is { } id && customer.Entities.Find(id) is null) return Decider.NoSuchEntity(id);
                var (offer, wrong) = Offers.Of(customer.Subject(wish.Entity), catalog, wish);
                if (wrong is not null) return wrong;
                offers.Add(offer!);
            }

            phases.Add(new PlannedPhase(phase.StartsAt ?? now, offers.DrainToImmutable()));
        }

        var cleared = Cleared(customer, phases, now);
        var snapped = Snapped(cleared.Customer, phases.ToImmutable(), now);
        return Planned(cleared, catalog, snapped, command.Options, now);
    }

    // What is held already and named in the first phase stays; what a phase does not name ends with its start.
    private static Planned Planned(EventList cleared, Catalog catalog, ImmutableArray<PlannedPhase> phases, AttachOptions options, Instant now)
    {
        var coming = ImmutableArray.CreateBuilder<PlanOffer>();
        foreach (var offer in phases[0].Plans)
        {
            var end = EndOf(offer, phases, 0);
            if (cleared.Customer.HeldBy(offer.Entity).Subscriptions.FirstOrDefault(held => held.Plan == offer.Plan && !held.OneOff) is not { } held) coming.Add(offer with { EndsAt = end });
            else if (held.EndsAt != end) cleared.Add(new CustomerEvent.PlanCanceled(held.No, end is null ? null : now, end, held.Entity));
        }

        var later = ImmutableArray.CreateBuilder<PlannedPhase>();
        for (var at = 1; at < phases.Length; at++)
        {
            var before = phases[at - 1].Plans;
            var index = at;
            later.Add(phases[at] with { Plans = [.. phases[at].Plans.Where(offer => !before.Any(other => IsSame(other, offer))).Select(offer => offer with { EndsAt = EndOf(offer, phases, index) })] });
        }

        options = options with { Schedule = PlanSchedule.Immediate };
        var planned = Attaching.Attach(cleared.Customer, catalog, new AttachWish(coming.DrainToImmutable(), options) { Later = later.DrainToImmutable() }, now, afterCheckout: false);
        return planned.Plan is { } plan ? plan with { Events = [.. cleared.Events, .. plan.Events] } : planned;
    }

    private static Instant? EndOf(PlanOffer offer, ImmutableArray<PlannedPhase> phases, int at)
    {
        for (var next = at + 1; next < phases.Length; next++)
        {
            if (!phases[next].Plans.Any(other => IsSame(other, offer))) return phases[next].StartsAt;
        }

        return null;
    }

    private static bool IsSame(PlanOffer a, PlanOffer b) => a.Plan == b.Plan && a.Entity == b.Entity;

    // A schedule that was there before gives way with what of it has not begun.
    private static EventList Cleared(Customer customer, IEnumerable<PlannedPhase> phases, Instant now)
    {
        var story = new EventList(customer, now);
        foreach (var holder in phases.SelectMany(static phase => phase.Plans).Select(static offer => offer.Entity).Distinct().ToList())
        {
            foreach (var planned in customer.HeldBy(holder).Planned.Where(static planned => planned.Incoming!.StartsAt is not null))
                story.Add(new CustomerEvent.PlanDropped(planned.No, planned.Plan, planned.Version, planned.Entity));
        }

        return story;
    }

    private static ImmutableArray<PlannedPhase> Snapped(Customer customer, ImmutableArray<PlannedPhase> phases, Instant now)
    {
        var anchor = Cycles.Of(customer)?.Anchor ?? phases[0].StartsAt;
        var interval = phases[0].Plans.Select(static offer => offer.Price?.Interval).FirstOrDefault(static interval => interval is { Recurs: true });
        if (interval is not { } every) return phases;
        return [.. phases.Select((phase, at) => at == 0 ? phase with { StartsAt = now } : phase with { StartsAt = Snap(phase.StartsAt, every, anchor) })];
    }

    private static Instant Snap(Instant start, Interval every, Instant anchor)
    {
        if (Cycle.Around(every, anchor, start) is not { } cycle) return start;
        return start.Milliseconds - cycle.Start.Milliseconds <= Snaps ? cycle.Start
            : cycle.End.Milliseconds - start.Milliseconds <= Snaps ? cycle.End : start;
    }

    private static Refusal? Refused(Command.CreateSchedule command, Instant now)
    {
        if (command.Phases.IsEmpty) return new Refusal(RefusalCode.InvalidInputs, "phases is empty: name at least one.");
        if (command.Phases[0].StartsAt is { } first && Math.Abs(first.Milliseconds - now.Milliseconds) > Tolerance)
            return Invalid("The first phase must start now: leave out its starts_at.");
        for (var at = 0; at < command.Phases.Length; at++)
        {
            if (command.Phases[at].Plans.IsEmpty) return new Refusal(RefusalCode.InvalidInputs, $"phases[{at}].plans: name one plan or more.");
        }

        for (var at = 1; at < command.Phases.Length; at++)
        {
            if (command.Phases[at].StartsAt is not { } start) return Invalid($"phases[{at}] has no starts_at: only the first phase starts now.");
            if (start <= (command.Phases[at - 1].StartsAt ?? now) || start <= now) return Invalid($"phases[{at}] does not start after the one before it.");
        }

        foreach (var phase in command.Phases)
        {
            if (phase.Plans.GroupBy(static wish => (wish.Plan, wish.Entity)).Any(static group => group.Count() > 1)) return Invalid("A phase names a plan twice.");
        }

        return null;
    }

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);
}
