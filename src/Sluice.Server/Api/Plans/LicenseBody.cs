using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Plans;

/// <summary>A plan that holders of another plan may hand out.</summary>
public sealed record LicenseBody(
    PlanId LicensePlanId,
    int Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? VersionSlug,
    decimal Included,
    bool PrepaidOnly,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? Customize,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? Metadata)
{
    /// <summary>Null when the plan has none.</summary>
    internal static IReadOnlyList<LicenseBody>? AllOf(Catalog catalog, Plan plan)
    {
        if (plan.Licenses is not { } licenses) return null;
        using var document = JsonDocument.Parse(licenses.Stored.Value);
        return [.. document.RootElement.EnumerateArray().Select(row => Of(catalog, row))];
    }

    private static LicenseBody Of(Catalog catalog, JsonElement row)
    {
        var id = new PlanId(row.GetProperty("license_plan_id").GetString()!);
        return new LicenseBody(
            id,
            catalog.Plan(id)?.Version ?? 1,
            row.TryGetProperty("version_slug", out var slug) ? slug.GetString() : null,
            row.TryGetProperty("included", out var included) ? included.GetDecimal() : 0m,
            row.TryGetProperty("prepaid_only", out var prepaidOnly) && prepaidOnly.GetBoolean(),
            Json(row, "customize"),
            Json(row, "metadata"));
    }

    private static JsonText? Json(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? new JsonText(value.GetRawText()) : null;
}
