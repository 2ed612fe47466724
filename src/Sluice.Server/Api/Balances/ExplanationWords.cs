using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>The codes of an explanation. They are stable, and docs/explain.md lists every one.</summary>
internal static class ExplanationWords
{
    public static string Rule(Consideration considered) => considered.Check is { } check ? Of(check) : Of(considered.Track!.Value);

    public static string Of(AccessRule rule) => rule switch
    {
        AccessRule.NotGranted => "no_balance",
        AccessRule.Flag => "boolean",
        AccessRule.Unlimited => "unlimited",
        AccessRule.GivesBack => "negative_required",
        AccessRule.UsageLimit => "usage_limit",
        AccessRule.Included => "included",
        AccessRule.SpendLimit => "spend_limit",
        AccessRule.MaxPurchase => "max_purchase",
        AccessRule.Overage => "overage_allowed",
        _ => throw new InvariantViolation($"no check is explained by {rule}"),
    };

    public static string Of(TrackRule rule) => rule switch
    {
        TrackRule.NotGranted => "no_balance",
        TrackRule.Flag => "boolean",
        TrackRule.Unlimited => "unlimited",
        TrackRule.GivesBack => "gives_back",
        TrackRule.Served => "served",
        TrackRule.Capped => "capped",
        TrackRule.Rejected => "insufficient_balance",
        _ => throw new InvariantViolation($"track rule {rule}"),
    };

    public static string Of(OrderKey key) => key switch
    {
        OrderKey.First => "first",
        OrderKey.SavedUnits => "rollover",
        OrderKey.SavedUnitsExpiry => "rollover_expires_at",
        OrderKey.Holder => "holder",
        OrderKey.CreditSystem => "credit_system",
        OrderKey.Unlimited => "unlimited",
        OrderKey.NextReset => "next_reset_at",
        OrderKey.Interval => "interval",
        OrderKey.Expiry => "expires_at",
        OrderKey.Entity => "entity_id",
        OrderKey.AddOn => "add_on",
        OrderKey.UsageBased => "usage_based",
        OrderKey.CreatedAt => "created_at",
        OrderKey.Number => "number",
        _ => throw new InvariantViolation($"order key {key}"),
    };

    public static string Of(DrawStop stop) => stop switch
    {
        DrawStop.NotReached => "not_reached",
        DrawStop.Served => "served",
        DrawStop.Empty => "empty",
        DrawStop.NoOverage => "no_overage",
        DrawStop.OverageOff => "overage_off",
        DrawStop.MaxPurchase => "max_purchase",
        DrawStop.SpendLimit => "spend_limit",
        DrawStop.UsageLimit => "usage_limit",
        DrawStop.Full => "full",
        DrawStop.Free => "free",
        DrawStop.NoEnd => "no_end",
        _ => throw new InvariantViolation($"draw stop {stop}"),
    };

    public static string Of(LeftOutReason reason) => reason switch
    {
        LeftOutReason.Expired => "expired",
        LeftOutReason.OfEntity => "entity_balance",
        LeftOutReason.OtherEntity => "other_entity",
        LeftOutReason.NoShare => "no_share",
        LeftOutReason.PooledBalanceDisabled => "pooled_balance_disabled",
        _ => throw new InvariantViolation($"left out as {reason}"),
    };

    public static string Of(ControlKind kind) => kind switch
    {
        ControlKind.OverageAllowed => "overage_allowed",
        ControlKind.SpendLimit => "spend_limit",
        ControlKind.UsageLimit => "usage_limit",
        _ => throw new InvariantViolation($"control {kind}"),
    };

    public static string Of(ControlSource source) => source switch
    {
        ControlSource.Entity => "entity",
        ControlSource.Customer => "customer",
        ControlSource.Plan => "plan",
        _ => throw new InvariantViolation($"control source {source}"),
    };
}
