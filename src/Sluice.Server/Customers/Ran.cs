using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Server.Customers;

/// <summary>How running commands ended.</summary>
public enum RunEnd
{
    /// <summary>Committed, or nothing to commit; what <see cref="Ran"/> shows cannot be taken back.</summary>
    Done,

    /// <summary>A business no; nothing changed.</summary>
    Refused,

    /// <summary>The queue has no place; nothing was decided.</summary>
    Overloaded,

    /// <summary>The store could not be reached, or a commit's fate is unknown.</summary>
    StoreFailed,
}

/// <param name="Customers">For each command, the customer after it. When refused: the customers it was decided on, as far as they are known.</param>
/// <param name="Events">For each command, what happened.</param>
/// <param name="RefusedAt">Index of the command that was refused.</param>
/// <param name="Stored">Something was committed, and the request's claims with it.</param>
public sealed record Ran(
    RunEnd End,
    ImmutableArray<Customer> Customers,
    ImmutableArray<ImmutableArray<CustomerEvent>> Events,
    Refusal? Refusal = null,
    int RefusedAt = 0,
    bool Stored = false)
{
    public static readonly Ran Overloaded = new(RunEnd.Overloaded, [], []);
    public static readonly Ran StoreFailed = new(RunEnd.StoreFailed, [], []);

    /// <summary>The customer after the last command.</summary>
    public Customer Customer => Customers[^1];

    public static Ran Refused(Refusal refusal, int at, Customer? decidedOn = null) =>
        new(RunEnd.Refused, decidedOn is null ? [] : [decidedOn], [], refusal, at);
}
