using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What the shell may ask of one customer. Wire words are already words of the field here.</summary>
public abstract record Command
{
    private Command()
    {
    }

    /// <summary>Makes the customer and attaches the plans that enable themselves.</summary>
    /// <param name="DefaultPlan">Attached instead of the plans that enable themselves.</param>
    /// <param name="DefaultGroup">Only the self-enabling plans of this group.</param>
    public sealed record Create(CustomerKey Key, Profile Profile, PlanId? DefaultPlan = null, string? DefaultGroup = null, bool NoDefaults = false) : Command;

    /// <summary>Fills in an empty name and email only.</summary>
    public sealed record Backfill(string? Name, string? Email, bool? SendEmailReceipts) : Command;

    /// <summary>Replaces the profile; the shell has merged what the caller sent.</summary>
    public sealed record ChangeProfile(Func<Profile, Profile> Change) : Command;

    public sealed record Delete : Command;

    /// <param name="Version">The plan's latest when null.</param>
    /// <param name="Quantities">Units of prepaid features, the included ones counted in.</param>
    /// <param name="NoBillingChanges">Attach without charging: the only way to hold a priced plan before billing is there.</param>
    public sealed record Attach(PlanId Plan, int? Version, ImmutableDictionary<FeatureId, Quantity> Quantities, bool NoBillingChanges, string? SubscriptionId) : Command;

    /// <param name="Feature">Exactly one of Feature and EventName.</param>
    /// <param name="Value">Negative gives back.</param>
    /// <param name="UsedAt">Null = now.</param>
    public sealed record Track(FeatureId? Feature, string? EventName, Quantity Value, OverageBehavior Overage, Instant? UsedAt, JsonText? Properties, bool Listed = true) : Command;

    public sealed record CreateBalance(FeatureId Feature, string? BalanceId, Quantity? Included, bool Unlimited, Interval? Reset, Instant? NextResetAt, Instant? ExpiresAt) : Command;

    public sealed record UpdateBalance(GrantSelector Select, BalanceChange? Change, Quantity? IncludedGrant, Instant? NextResetAt, Instant? ExpiresAt) : Command;

    public sealed record DeleteBalance(GrantSelector Select) : Command;

    /// <summary>Nothing is asked but to store what has fallen due.</summary>
    public sealed record Tick : Command;
}

/// <summary>What happens to an amount that does not fit.</summary>
public enum OverageBehavior
{
    /// <summary>Apply what fits, drop the rest.</summary>
    Cap,

    /// <summary>Refuse, apply nothing.</summary>
    Reject,

    /// <summary>Put what is left on the first balance, however far below zero.</summary>
    Overflow,
}

/// <summary>Which grants of a customer are meant. Null members do not narrow.</summary>
/// <param name="RowId">Our own id of a grant.</param>
public sealed record GrantSelector(FeatureId? Feature, string? BalanceId = null, GrantNo? RowId = null, IntervalUnit? Interval = null);

/// <summary>A change of a balance by hand; exactly one of the three.</summary>
public abstract record BalanceChange
{
    private BalanceChange()
    {
    }

    public sealed record SetRemaining(Quantity Remaining) : BalanceChange;

    /// <summary>As <see cref="SetRemaining"/>, but what is used stays used: the grant makes up the difference.</summary>
    public sealed record SetRemainingByGrant(Quantity Remaining) : BalanceChange;

    public sealed record SetUsage(Quantity Usage) : BalanceChange;

    public sealed record Add(Quantity Amount) : BalanceChange;
}
