using Sluice.Server.Api.Features;
using static Sluice.Server.Api.Shape;

namespace Sluice.Server.Api.Plans;

/// <summary>Parts of plans that are stored and given back whole.</summary>
internal static class PlanShapes
{
    private static readonly Shape CalendarUnit = Choice("day", "week", "month", "year");
    private static readonly Shape Filter = Object(Required("properties", MapOf(Scalar)));

    public static readonly Shape Currencies = ListOf(Object(Required("currency", Text), Required("amount", AnyNumber)));

    public static readonly Shape TierCurrencies = ListOf(Object(Required("currency", Text), Optional("amount", AnyNumber), Optional("flat_amount", AnyNumber)));

    /// <summary>What an item says that has no effect yet.</summary>
    public static readonly Shape ItemExtras = Object(
        Optional("threshold_billing", Object(Required("threshold", AnyNumber))),
        Optional("expiry", Object(Required("duration", CalendarUnit), Required("length", Number(0)))),
        NotEmpty("feature_override", FeatureShapes.Override));

    public static readonly Shape Licenses = ListOf(Object(
        Required("license_plan_id", Text),
        Optional("version_slug", Text),
        Optional("included", WholeNumber(0)),
        Optional("prepaid_only", Flag),
        NotEmpty("customize", AnyObject),
        NotEmpty("metadata", AnyObject)));

    private static readonly Shape Topup = Object(
        Required("feature_id", Text),
        WithDefault("enabled", false),
        Required("threshold", AnyNumber),
        Required("quantity", Number(1)),
        Optional("purchase_limit", Object(Required("interval", Choice("hour", "day", "week", "month")), Optional("interval_count", Number(1)), Required("limit", Number(1)))),
        Optional("invoice_mode", Flag));

    private static readonly Shape SpendLimit = Object(
        Optional("feature_id", Text),
        WithDefault("enabled", false),
        Optional("limit_type", Choice("absolute", "usage_percentage")),
        Optional("overage_limit", Number(0)),
        Optional("skip_overage_billing", Flag));

    private static readonly Shape UsageLimit = Object(
        Required("feature_id", Text),
        WithDefault("enabled", true),
        Required("limit", Number(0)),
        Required("interval", CalendarUnit),
        Optional("anchor", Choice("billing_cycle", "utc")),
        Optional("filter", Filter));

    private static readonly Shape UsageAlert = Object(
        Optional("feature_id", Text),
        WithDefault("enabled", true),
        Required("threshold", Number(0)),
        Required("threshold_type", Choice("usage", "usage_percentage", "remaining", "remaining_percentage")),
        Optional("name", Text),
        Optional("basis", Choice("balance", "included", "recurring", "usage_limit")),
        Optional("filter", Filter));

    public static readonly Shape BillingControls = Object(
        NotEmpty("auto_topups", ListOf(Topup)),
        NotEmpty("spend_limits", ListOf(SpendLimit)),
        NotEmpty("usage_limits", ListOf(UsageLimit)),
        NotEmpty("usage_alerts", ListOf(UsageAlert)),
        NotEmpty("overage_allowed", ListOf(Object(Required("feature_id", Text), WithDefault("enabled", false)))));
}
