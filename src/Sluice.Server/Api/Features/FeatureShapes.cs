using static Sluice.Server.Api.Shape;

namespace Sluice.Server.Api.Features;

/// <summary>Another credit schema or other markups for one plan item: stored and given back whole.</summary>
internal static class FeatureShapes
{
    private const decimal LeastMarkup = -100m;

    private static readonly Shape Tiers = ListOf(Object(Required("to", NumberOr("inf")), Required("credit_cost", AnyNumber)));
    private static readonly Shape Match = MapOf(Text);
    private static readonly Shape Graduated = Choice("graduated");

    private static readonly Shape Dimensions = MapOf(Object(
        Required("match", Match),
        Optional("priority", AnyNumber),
        Optional("credit_cost", AnyNumber),
        Optional("tier_behavior", Graduated),
        Optional("tiers", Tiers)));

    private static readonly Shape Multipliers = MapOf(Object(Required("match", Match), Optional("factor", AnyNumber), Optional("add", AnyNumber)));

    private static readonly Shape.Field[] CostFields =
    [
        Optional("billing_units", AnyNumber),
        NotEmpty("dimensions", Dimensions),
        NotEmpty("multipliers", Multipliers),
        Optional("tier_behavior", Graduated),
        NotEmpty("tiers", Tiers),
    ];

    private static readonly Shape.Field[] MarkupFields =
    [
        NotEmpty("model_markups", MapOf(Object(Optional("markup", Number(LeastMarkup)), Optional("input_cost", Number(0)), Optional("output_cost", Number(0))))),
        Optional("default_markup", Number(LeastMarkup)),
        NotEmpty("provider_markups", MapOf(Object(Required("markup", Number(LeastMarkup))))),
    ];

    public static readonly Shape Override = Object(
        NotEmpty("credit_schema", ListOf(Object([Required("metered_feature_id", Text), Optional("credit_cost", AnyNumber), .. CostFields]))),
        NotEmpty("markups", Object(MarkupFields)));
}
