using System.Globalization;
using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>The ids under which answers name what has only a number inside.</summary>
internal static class PublicIds
{
    private const string GrantPrefix = "cus_ent_";

    public static string Of(CustomerKey key) => string.Create(CultureInfo.InvariantCulture, $"cus_{key.Value}");

    public static string Of(CustomerKey key, GrantNo grant) => string.Create(CultureInfo.InvariantCulture, $"{GrantPrefix}{key.Value}_{grant.Value}");

    public static string Of(CustomerKey key, SubscriptionNo subscription) => string.Create(CultureInfo.InvariantCulture, $"cus_prod_{key.Value}_{subscription.Value}");

    public static string OfEvent(CustomerKey key, long version) => string.Create(CultureInfo.InvariantCulture, $"evt_{key.Value}_{version}");

    /// <summary>A balance: the caller's own id of it, else ours. An entity's share goes by what it is a share of.</summary>
    public static string Of(CustomerKey key, Grant grant) => grant.BalanceId ?? Of(key, grant.Shown);

    /// <summary>The balance that something was taken from.</summary>
    public static string Of(CustomerKey key, Draw draw) => draw.BalanceId ?? Of(key, draw.Parent ?? draw.Grant);

    /// <summary>The balance that an id of ours names; null when it is no such id.</summary>
    public static GrantName? Grant(string id) =>
        id.StartsWith(GrantPrefix, StringComparison.Ordinal) && id[GrantPrefix.Length..].Split('_') is [var customer, var grant]
        && long.TryParse(customer, NumberStyles.None, CultureInfo.InvariantCulture, out var key) && int.TryParse(grant, NumberStyles.None, CultureInfo.InvariantCulture, out var no)
            ? new GrantName(new CustomerKey(key), new GrantNo(no))
            : null;
}
