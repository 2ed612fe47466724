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

    /// <summary>The grant that a row id of this customer names, or null.</summary>
    public static GrantNo? Grant(CustomerKey key, string id)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"{GrantPrefix}{key.Value}_");
        return id.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(id.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var no) ? new GrantNo(no) : null;
    }
}
