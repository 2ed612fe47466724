using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Licences of a plan, from the JSON in which they are sent, stored and shown.</summary>
public static class LicensesFormat
{
    public static PlanLicenses Of(JsonText stored)
    {
        using var document = JsonDocument.Parse(stored.Value);
        return new PlanLicenses(stored, [.. document.RootElement.EnumerateArray().Select(Offer)]);
    }

    private static License Offer(JsonElement row) => new(
        new PlanId(row.Text("license_plan_id"u8)),
        row.TryGetProperty("included"u8, out var included) ? included.GetInt32() : 0,
        row.TryGetProperty("customize"u8, out _));
}
