using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What comes of a command: events and the state after them, or a refusal. Nothing else changes.</summary>
public abstract record Decision
{
    private Decision()
    {
    }

    /// <summary>No events = accepted, and nothing to store.</summary>
    public sealed record Accepted(Customer Customer, ImmutableArray<CustomerEvent> Events) : Decision;

    public sealed record Refused(Refusal Refusal) : Decision;

    public static Decision Refuse(RefusalCode code, string message) => new Refused(new Refusal(code, message));
}
