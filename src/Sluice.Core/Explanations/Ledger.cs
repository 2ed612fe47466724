using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Why a balance changed.</summary>
public enum LedgerCause
{
    /// <summary>It was there when the history begins; what made it so is not kept any more.</summary>
    Opening,

    /// <summary>It came, with a plan or by itself.</summary>
    Granted,
    Used,

    /// <summary>Usage was taken back.</summary>
    GivenBack,
    Reset,

    /// <summary>Units saved from earlier cycles reached their end.</summary>
    RolloverExpired,

    /// <summary>Set by hand.</summary>
    Set,

    /// <summary>The included units were changed by hand.</summary>
    Adjusted,

    /// <summary>Units bought in advance changed.</summary>
    Bought,

    /// <summary>An entity's plan put units into a pool, or took them out.</summary>
    Pooled,

    /// <summary>It went with its plan or its entity.</summary>
    Ended,
    Expired,
    Deleted,
}

/// <summary>One change of one balance.</summary>
/// <param name="Grant">As it is after the change; before it, when it is gone.</param>
/// <param name="Before">What was left, signed; null = it was not there.</param>
/// <param name="After">Null = it is gone.</param>
/// <param name="SavedBefore">Units saved from earlier cycles.</param>
public sealed record LedgerLine(Grant Grant, LedgerCause Cause, Quantity? Before, Quantity? After, Quantity SavedBefore, Quantity SavedAfter)
{
    /// <summary>What came (negative: went), saved units counted in.</summary>
    public Quantity Amount => (After ?? Quantity.Zero) - (Before ?? Quantity.Zero) + SavedAfter - SavedBefore;
}

/// <summary>
/// The history of balances: what each entry of the journal did to each of them. It is read off the states before and after
/// every event, so it cannot tell anything that did not happen, and leaves nothing out that did.
/// </summary>
public static class Ledger
{
    /// <param name="customer">Before the entry; null = there was none.</param>
    public static (Customer After, ImmutableArray<LedgerLine> Lines) Of(Customer? customer, ImmutableArray<CustomerEvent> events, Instant at)
    {
        var lines = ImmutableArray.CreateBuilder<LedgerLine>();
        var current = customer;
        foreach (var happened in events)
        {
            var after = CustomerState.Apply(current, happened, at);
            if (CauseOf(happened) is { } cause)
            {
                var (old, fresh) = (current is null ? [] : Touched(current, happened), Touched(after, happened));
                foreach (var (no, grant) in fresh) Add(lines, old.GetValueOrDefault(no), grant, cause);
                foreach (var (no, grant) in old)
                {
                    if (!fresh.ContainsKey(no)) lines.Add(new LedgerLine(grant, Gone(cause), grant.Balance, null, Saved(grant), Quantity.Zero));
                }
            }

            current = after;
        }

        return (CustomerState.EndEntry(current, at), lines.ToImmutable());
    }

    /// <summary>What a history begins with that does not begin with the customer.</summary>
    public static ImmutableArray<LedgerLine> Opening(Customer customer) =>
        [.. AllOf(customer).Select(static grant => new LedgerLine(grant, LedgerCause.Opening, null, grant.Balance, Quantity.Zero, Saved(grant)))];

    private static void Add(ImmutableArray<LedgerLine>.Builder lines, Grant? old, Grant grant, LedgerCause cause)
    {
        if (old is null) lines.Add(new LedgerLine(grant, LedgerCause.Granted, null, grant.Balance, Quantity.Zero, Saved(grant)));
        else if (old.Balance != grant.Balance || Saved(old) != Saved(grant)) lines.Add(new LedgerLine(grant, cause, old.Balance, grant.Balance, Saved(old), Saved(grant)));
    }

    // What goes while something comes goes because of it.
    private static LedgerCause Gone(LedgerCause cause) => cause is LedgerCause.Expired or LedgerCause.Deleted ? cause : LedgerCause.Ended;

    private static LedgerCause? CauseOf(CustomerEvent happened) => happened switch
    {
        CustomerEvent.PlanAttached or CustomerEvent.GrantOpened => LedgerCause.Granted,
        CustomerEvent.Used used => used.Value.IsNegative ? LedgerCause.GivenBack : LedgerCause.Used,
        CustomerEvent.GrantReset => LedgerCause.Reset,
        CustomerEvent.RolloversExpired => LedgerCause.RolloverExpired,
        CustomerEvent.BalanceSet => LedgerCause.Set,
        CustomerEvent.GrantAdjusted => LedgerCause.Adjusted,
        CustomerEvent.GrantBought => LedgerCause.Bought,
        CustomerEvent.PoolChanged => LedgerCause.Pooled,
        CustomerEvent.EntityCreated => LedgerCause.Used,
        CustomerEvent.PlanEnded or CustomerEvent.PlanPaused or CustomerEvent.EntityDeleted or CustomerEvent.Deleted => LedgerCause.Ended,
        CustomerEvent.GrantClosed closed => closed.Why == GrantEnd.Expired ? LedgerCause.Expired : LedgerCause.Deleted,
        _ => null,
    };

    // The balances that an event can have changed: the named ones where it names them, which is what happens most.
    private static Dictionary<GrantNo, Grant> Touched(Customer customer, CustomerEvent happened) => happened switch
    {
        CustomerEvent.Used e => Named(customer, e.Draws.Select(static draw => (draw.Entity, draw.Grant))),
        CustomerEvent.BalanceSet e => Named(customer, e.Draws.Select(static draw => (draw.Entity, draw.Grant))),
        CustomerEvent.GrantReset e => Named(customer, [(e.Entity, e.Grant)]),
        CustomerEvent.RolloversExpired e => Named(customer, [(e.Entity, e.Grant)]),
        CustomerEvent.GrantAdjusted e => Named(customer, [(e.Entity, e.Grant)]),
        CustomerEvent.GrantBought e => Named(customer, [(e.Entity, e.Grant)]),
        _ => AllOf(customer).ToDictionary(static grant => grant.No),
    };

    private static IEnumerable<Grant> AllOf(Customer customer) => customer.Own.Grants.Concat(customer.Entities.SelectMany(static entity => entity.Own.Grants));

    private static Dictionary<GrantNo, Grant> Named(Customer customer, IEnumerable<(EntityNo? Entity, GrantNo Grant)> names)
    {
        var named = new Dictionary<GrantNo, Grant>();
        foreach (var (entity, no) in names)
        {
            if (customer.Grant(no, entity) is { } grant) named[no] = grant;
        }

        return named;
    }

    private static Quantity Saved(Grant grant) => Quantity.Total(grant.Saved);
}
