using System.Collections.Frozen;

namespace Sluice.Server.Api.Customers;

/// <summary>What an answer about a customer or an entity should carry along.</summary>
/// <param name="Features">The features of balances and flags; asking for either gives both.</param>
/// <param name="Asked">All that was asked for, by name.</param>
public sealed record CustomerExpand(bool Features, bool SubscriptionPlans, bool PurchasePlans, FrozenSet<string> Asked)
{
    public static readonly CustomerExpand None = new(false, false, false, FrozenSet<string>.Empty);

    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet([
        "invoices", "invoice_previews", "trials_used", "rewards", "entities", "referrals", "payment_method", "subscriptions.plan",
        "purchases.plan", "balances.feature", "flags.feature", "billing_controls.auto_topups.purchase_limit"]);

    private static readonly FrozenSet<string> KnownOfEntity = FrozenSet.ToFrozenSet(["invoices", "subscriptions.plan", "purchases.plan", "balances.feature", "flags.feature"]);

    /// <param name="query">The query string's expand; the body's wins.</param>
    /// <param name="strict">Unknown values are a fault; older REST callers ask for values that are long gone.</param>
    public static CustomerExpand Read(Body body, string? query, bool strict = true) => Read(body, query, strict ? Known : null);

    public static CustomerExpand ReadOfEntity(Body body, string? query) => Read(body, query, KnownOfEntity);

    private static CustomerExpand Read(Body body, string? query, FrozenSet<string>? known)
    {
        var asked = body.Texts("expand", orOne: true) ?? query?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (asked is null) return None;
        if (known is not null && asked.FirstOrDefault(value => !known.Contains(value)) is { } unknown)
            body.Fault("expand", $"\"{unknown}\" is unknown; use {string.Join(", ", known)}");
        var set = asked.ToFrozenSet();
        return new CustomerExpand(set.Contains("balances.feature") || set.Contains("flags.feature"), set.Contains("subscriptions.plan"), set.Contains("purchases.plan"), set);
    }
}
