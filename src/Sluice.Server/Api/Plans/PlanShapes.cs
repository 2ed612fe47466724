using Sluice.Server.Api.Features;
using static Sluice.Server.Api.Shape;

namespace Sluice.Server.Api.Plans;

/// <summary>Parts of plans that are stored and given back whole.</summary>
internal static class PlanShapes
{
    private static readonly Shape CalendarUnit = Choice("day", "week", "month", "year");

    /// <summary>What an item says that has no effect yet.</summary>
    public static readonly Shape ItemExtras = Object(
        Optional("threshold_billing", Object(Required("threshold", AnyNumber))),
        Optional("expiry", Object(Required("duration", CalendarUnit), Required("length", Number(0)))),
        NotEmpty("feature_override", FeatureShapes.Override));

    public static readonly Shape Licenses = ListOf(Object(
        Required("license_plan_id", Text),
        Optional("version_slug", Text),
        Optional("included", WholeNumber(0, max: 1_000_000)),
        Optional("prepaid_only", Flag),
        NotEmpty("customize", AnyObject),
        NotEmpty("metadata", AnyObject)));
}
