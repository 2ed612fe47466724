using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What the caller told about a customer. Nothing here decides anything.</summary>
/// <param name="Id">The caller's id; null for a customer known by email only.</param>
/// <param name="Metadata">A JSON object of the caller's.</param>
public sealed record Profile(
    string? Id,
    string? Name = null,
    string? Email = null,
    string? Fingerprint = null,
    string? StripeId = null,
    JsonText? Metadata = null,
    bool SendEmailReceipts = false)
{
    /// <summary>An empty name and email filled in; what is there stays.</summary>
    public Profile Backfilled(Command.Backfill with) => this with
    {
        Name = string.IsNullOrEmpty(Name) ? with.Name ?? Name : Name,
        Email = string.IsNullOrEmpty(Email) ? with.Email ?? Email : Email,
        SendEmailReceipts = with.SendEmailReceipts ?? SendEmailReceipts,
    };
}

/// <summary>
/// All that decides about one customer, immutable. Made only by <see cref="CustomerState"/>: the journal's
/// entries, applied in order, give it back.
/// </summary>
/// <param name="Version">The number of journal entries applied.</param>
/// <param name="LastMoment">The moment of the last entry; time never goes back behind it.</param>
/// <param name="LastNo">The last number given to a grant, a held plan or an entity.</param>
public sealed record Customer(
    CustomerKey Key,
    long Version,
    Instant CreatedAt,
    Instant LastMoment,
    Profile Profile,
    Holdings Own,
    EntityBook Entities,
    HoldBook Holds,
    int LastNo,
    bool Deleted)
{
    public CustomerConfig Config { get; init; } = CustomerConfig.Default;

    public BillingBook Billing { get; init; } = BillingBook.Empty;

    /// <summary>The customer's own time, which stands still until it is moved; null = the time of everyone.</summary>
    public Instant? Clock { get; init; }

    /// <summary>When somebody must look, if nobody does by himself: never, while the time of this customer stands still.</summary>
    public Instant? SweptAt => Clock is null ? NextDue : null;

    /// <summary>The next moment at which something falls due by itself; null when nothing ever does.</summary>
    public Instant? NextDue { get; init; }

    /// <summary>The plans the customer holds itself.</summary>
    public ImmutableArray<Subscription> Subscriptions => Own.Subscriptions;

    /// <summary>The grants the customer holds itself.</summary>
    public ImmutableArray<Grant> Grants => Own.Grants;

    /// <summary>What a holder has: the customer itself (null), or one of its entities.</summary>
    public Holdings HeldBy(EntityNo? entity) => entity is not { } no ? Own
        : Entities.Find(no)?.Own ?? throw new InvariantViolation($"no entity {no.Value}");

    /// <summary>The customer itself (null), or its entity of that id, which must exist.</summary>
    public Subject Subject(string? entityId) => entityId is null ? new Subject(this)
        : new Subject(this, Entities.Find(entityId) ?? throw new InvariantViolation($"no entity {entityId}"));

    /// <summary>What time it is for this customer when it is <paramref name="now"/> for everyone; never before what has happened already.</summary>
    public Instant Moment(Instant now) => Clock ?? Instant.Max(now, LastMoment);

    public Grant? Grant(GrantNo no, EntityNo? entity = null) => HeldBy(entity).Grants.FirstOrDefault(grant => grant.No == no);

    /// <summary>The same customer with what one holder has changed.</summary>
    internal Customer With(EntityNo? entity, Holdings own) => entity is not { } no
        ? this with { Own = own }
        : this with { Entities = Entities.Put(Entities.Find(no)! with { Own = own }) };
}

/// <summary>Switches of one customer.</summary>
/// <param name="DisablePooledBalance">Entities draw on what they hold themselves, never on what the customer holds.</param>
/// <param name="DisableOverageBilling">Overage is counted and never invoiced.</param>
public sealed record CustomerConfig(bool DisablePooledBalance, bool DisableOverageBilling)
{
    public static readonly CustomerConfig Default = new(false, false);
}
