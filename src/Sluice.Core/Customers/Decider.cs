using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The one place that decides: what is due first, then the command. Pure; <c>now</c> is data.</summary>
public static class Decider
{
    /// <param name="customer">Null: there is none yet, and only <see cref="Command.Create"/> can be accepted.</param>
    public static Decision Decide(Customer? customer, Catalog catalog, Command command, Instant now)
    {
        if (customer is null)
            return command is Command.Create create ? Finish(null, now, [], Lifecycle.Create(catalog, create, now)) : Decision.Refuse(RefusalCode.CustomerNotFound, "Customer not found.");

        var due = Due.Events(customer, now);
        var current = due.Aggregate(customer, (state, happened) => CustomerState.Apply(state, happened, now));
        return Finish(customer, now, due, command switch
        {
            Command.Create => new Refusal(RefusalCode.CustomerExists, "The customer exists already."),
            Command.Backfill c => Lifecycle.Backfill(current, c),
            Command.ChangeProfile c => Lifecycle.ChangeProfile(current, c),
            Command.Delete => Lifecycle.Delete(),
            Command.Attach c => Attaching.Attach(current, catalog, c, now),
            Command.Track c => Tracking.Track(current, catalog, c, now),
            Command.CreateBalance c => BalancesByHand.Create(current, catalog, c, now),
            Command.UpdateBalance c => BalancesByHand.Update(current, catalog, c, now),
            Command.DeleteBalance c => BalancesByHand.Delete(current, catalog, c),
            Command.Tick => new Outcome([]),
            _ => throw new InvariantViolation($"unknown command {command.GetType().Name}"),
        });
    }

    private static Decision Finish(Customer? before, Instant now, ImmutableArray<CustomerEvent> due, Outcome outcome)
    {
        if (outcome.Refusal is { } refusal) return new Decision.Refused(refusal);
        var events = due.AddRange(outcome.Events);
        return events.IsEmpty ? new Decision.Accepted(before!, []) : new Decision.Accepted(CustomerState.ApplyEntry(before, events, now), events);
    }
}

/// <summary>What a rule says to one command: events, or a refusal.</summary>
internal readonly record struct Outcome(ImmutableArray<CustomerEvent> Events, Refusal? Refusal = null)
{
    public static implicit operator Outcome(Refusal refusal) => new([], refusal);

    public static implicit operator Outcome(CustomerEvent happened) => new([happened]);
}
