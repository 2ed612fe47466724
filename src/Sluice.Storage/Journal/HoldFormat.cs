using System.Globalization;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>A pending hold, as the usage that placed it and the snapshots keep it.</summary>
internal static class HoldFormat
{
    public static void Write(Utf8JsonWriter to, Hold hold)
    {
        to.WriteStartObject();
        to.Text("id"u8, hold.Id);
        to.Text("feature"u8, hold.Feature.Value);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, hold.Entity);
        to.Amount("value"u8, hold.Value);
        to.Json("properties"u8, hold.Properties);
        HoldingsFormat.WriteList(to, "moves"u8, hold.Moves, WriteMove);
        HoldingsFormat.WriteList(to, "windows"u8, hold.Windows, ControlsFormat.WriteCount);
        to.Moment("placed_at"u8, hold.PlacedAt);
        to.Moment("releases_at"u8, hold.ReleasesAt);
        to.WriteEndObject();
    }

    public static Hold Read(JsonElement from) => new(
        from.Text("id"u8),
        from.Feature("feature"u8),
        HoldingsFormat.ReadEntityNo(from, "entity"u8),
        from.Amount("value"u8),
        from.Json("properties"u8),
        from.List("moves"u8, ReadMove),
        from.List("windows"u8, ControlsFormat.ReadCount),
        from.Moment("placed_at"u8),
        from.MomentOrNone("releases_at"u8));

    private static void WriteMove(Utf8JsonWriter to, HeldMove move)
    {
        to.WriteStartObject();
        to.WriteNumber("grant"u8, move.Grant.Value);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, move.Entity);
        if (move.Rollover is { } rollover) to.WriteNumber("rollover"u8, rollover);

        // Steps are not rounded: undoing them all must give back what they took.
        to.WriteString("units"u8, move.Units.ToString(CultureInfo.InvariantCulture));
        to.WriteString("amount"u8, move.Amount.ToString(CultureInfo.InvariantCulture));
        to.WriteEndObject();
    }

    private static HeldMove ReadMove(JsonElement from) => new(
        new GrantNo(from.Number("grant"u8)),
        HoldingsFormat.ReadEntityNo(from, "entity"u8),
        from.TryGetProperty("rollover"u8, out var rollover) ? rollover.GetInt32() : null,
        decimal.Parse(from.Text("units"u8), CultureInfo.InvariantCulture),
        decimal.Parse(from.Text("amount"u8), CultureInfo.InvariantCulture));
}
