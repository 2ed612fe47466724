using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What comes of a command: events and the state after them, or a refusal. Nothing else changes.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>No entries = accepted, and nothing to store.</summary>
    /// <param name="Customer">After the last entry.</param>
    /// <param name="Entries">For the journal: what was due, then what the command led to.</param>
    /// <param name="Events">What the command itself led to.</param>
    public sealed record Accepted(Customer Customer, ImmutableArray<Entry> Entries, ImmutableArray<CustomerEvent> Events) : Decision;

    public sealed record Refused(Refusal Refusal) : Decision;

    public static Decision Refuse(RefusalCode code, string message) => new Refused(new Refusal(code, message));
}

/// <summary>One entry of the journal: events that stand together, and the customer after them.</summary>
public sealed record Entry(ImmutableArray<CustomerEvent> Events, Customer After);
