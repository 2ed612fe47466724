namespace Sluice.Server.Api.Plans;

/// <summary>Whether an answer about plans carries the features of their items along.</summary>
internal static class PlanExpand
{
    private const string Features = "items.feature";

    /// <summary>The body's expand, or the query string's.</summary>
    public static bool Read(Body body, string? query)
    {
        var asked = body.Texts("expand", orOne: true) ?? query?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        return asked.Contains(Features);
    }
}
