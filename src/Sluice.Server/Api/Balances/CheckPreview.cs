using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Core;
using Sluice.Server.Api.Plans;

namespace Sluice.Server.Api.Balances;

/// <summary>What a page shows to someone whose check was denied: why, in words, and the plans that would help.</summary>
public sealed record CheckPreviewBody(
    string Scenario, string Title, string Message, FeatureId FeatureId, string FeatureName, IReadOnlyList<JsonNode> Products, PlanId? UpgradeProductId)
{
    private static readonly JsonText Nothing = new("null");

    /// <summary>Null when the check was allowed: then there is nothing to sell.</summary>
    internal static JsonText Of(Call call, Subject subject, Feature feature, CheckAnswer check) =>
        check.Allowed ? Nothing : new JsonText(JsonSerializer.Serialize(Denied(call, subject, feature, check), ApiJson.Default.CheckPreviewBody));

    private static CheckPreviewBody Denied(Call call, Subject subject, Feature feature, CheckAnswer check)
    {
        var offers = UpgradeOffers.Of(subject, call.Catalog, feature);
        var ranOut = check.Balance is not null;
        return new CheckPreviewBody(
            ranOut ? "usage_limit" : "feature_flag",
            ranOut ? $"{feature.Name}: used up" : $"{feature.Name}: not in your plan",
            Said(feature.Name, ranOut, offers.IsEmpty ? null : offers[0]),
            feature.Id,
            feature.Name,
            [.. offers.Select(plan => OlderProduct.Of(call, subject, plan))],
            offers.IsEmpty ? null : offers[0].Id);
    }

    private static string Said(string feature, bool ranOut, Plan? offer)
    {
        var why = ranOut ? $"There is not enough of {feature} left for this." : $"{feature} is not part of what you have.";
        return offer is null ? why : $"{why} {offer.Name} would give you {(ranOut ? "more" : "it")}.";
    }
}
