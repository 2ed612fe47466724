using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>What deleting a feature would meet.</summary>
internal static class Info
{
    /// <summary>/v1/features/{feature_id}/deletion_info</summary>
    public static ValueTask<Answer> Deletion(Call call)
    {
        var id = new FeatureId(call.Route("feature_id"));
        if (call.Catalog.Feature(id) is null) return new(call.Refuse(RefusalCode.FeatureNotFound, $"Feature {id} does not exist."));
        var plans = call.Catalog.LatestPlans.Where(plan => plan.Uses(id)).ToList();
        return new(Answer.Ok(new FeatureDeletionBody(plans.FirstOrDefault()?.Name, plans.Count), ApiJson.Default.FeatureDeletionBody));
    }
}

/// <summary>One of the plans that grant the feature, and how many do.</summary>
public sealed record FeatureDeletionBody([property: JsonPropertyName("productName")] string? ProductName, [property: JsonPropertyName("totalCount")] int TotalCount);
