using System.Globalization;
using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>The ids under which answers name what has only a number inside.</summary>
internal static class PublicIds
{
    private const string GrantPrefix = "cus_ent_";
    private const string SubscriptionPrefix = "cus_prod_";
    private const string InvoicePrefix = "inv_";
    private const string ReferralPrefix = "rdm_";

    public static string Of(CustomerKey key) => string.Create(CultureInfo.InvariantCulture, $"cus_{key.Value}");

    public static string Of(CustomerKey key, GrantNo grant) => string.Create(CultureInfo.InvariantCulture, $"{GrantPrefix}{key.Value}_{grant.Value}");

    public static string Of(CustomerKey key, SubscriptionNo subscription) => string.Create(CultureInfo.InvariantCulture, $"{SubscriptionPrefix}{key.Value}_{subscription.Value}");

    public static string Of(CustomerKey key, InvoiceNo invoice) => string.Create(CultureInfo.InvariantCulture, $"{InvoicePrefix}{key.Value}_{invoice.Value}");

    /// <summary>The invoice that an id of ours names; null when it is no such id.</summary>
    public static (CustomerKey Customer, InvoiceNo No)? Invoice(string id) => Numbers(id, InvoicePrefix) is var (customer, no) ? (new CustomerKey(customer), new InvoiceNo(no)) : null;

    /// <summary>A customer is brought once for each program.</summary>
    public static string OfReferral(CustomerKey brought, string program) => string.Create(CultureInfo.InvariantCulture, $"{ReferralPrefix}{brought.Value}_{program}");

    /// <summary>The referral that an id of ours names; null when it is no such id.</summary>
    public static (CustomerKey Customer, string Program)? Referral(string id) =>
        id.StartsWith(ReferralPrefix, StringComparison.Ordinal) && id[ReferralPrefix.Length..].Split('_', 2) is [var customer, { Length: > 0 } program]
        && long.TryParse(customer, NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            ? (new CustomerKey(key), program)
            : null;

    public static string OfEvent(CustomerKey key, long version) => string.Create(CultureInfo.InvariantCulture, $"evt_{key.Value}_{version}");

    /// <summary>A balance: the caller's own id of it, else ours. An entity's share goes by what it is a share of.</summary>
    public static string Of(CustomerKey key, Grant grant) => grant.BalanceId ?? Of(key, grant.Shown);

    /// <summary>The balance that something was taken from.</summary>
    public static string Of(CustomerKey key, Draw draw) => draw.BalanceId ?? Of(key, draw.Parent ?? draw.Grant);

    /// <summary>The balance that an id of ours names; null when it is no such id.</summary>
    public static GrantName? Grant(string id) => Numbers(id, GrantPrefix) is var (customer, no) ? new GrantName(new CustomerKey(customer), new GrantNo(no)) : null;

    /// <summary>The held plan that an id of ours names; null when it is no such id.</summary>
    public static HeldName? Subscription(string id) => Numbers(id, SubscriptionPrefix) is var (customer, no) ? new HeldName(new CustomerKey(customer), new SubscriptionNo(no)) : null;

    private static (long Customer, int No)? Numbers(string id, string prefix) =>
        id.StartsWith(prefix, StringComparison.Ordinal) && id[prefix.Length..].Split('_') is [var customer, var thing]
        && long.TryParse(customer, NumberStyles.None, CultureInfo.InvariantCulture, out var key) && int.TryParse(thing, NumberStyles.None, CultureInfo.InvariantCulture, out var no)
            ? (key, no)
            : null;
}
