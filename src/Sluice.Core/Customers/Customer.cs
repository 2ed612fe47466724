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
/// <param name="LastNo">The last number given to a grant or a held plan.</param>
public sealed record Customer(
    CustomerKey Key,
    long Version,
    Instant CreatedAt,
    Instant LastMoment,
    Profile Profile,
    ImmutableArray<Subscription> Subscriptions,
    ImmutableArray<Grant> Grants,
    int LastNo,
    bool Deleted)
{
    /// <summary>The next moment at which something falls due by itself; null when nothing ever does.</summary>
    public Instant? NextDue { get; init; }

    public Grant? Grant(GrantNo no) => Grants.FirstOrDefault(grant => grant.No == no);
}
