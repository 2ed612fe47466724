using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The rows of a credit schema. What goes beyond one cost stands in "later", in the words of the API: so it was kept
/// before Sluice charged it, and so it stays.
/// </summary>
internal static class CreditFormat
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    public static CreditCost ReadCost(JsonElement from)
    {
        var beyond = from.TryGetProperty("later"u8, out var later) ? later : Nothing;
        var tiers = ReadTiers(beyond);
        return new CreditCost(from.Feature("feature"u8), FirstCost(tiers) ?? from.Amount("cost"u8))
        {
            BillingUnits = beyond.AmountOrNone("billing_units"u8) is { IsPositive: true } units ? units : Quantity.One,
            Tiers = tiers,
            Dimensions = ReadMap(beyond, "dimensions"u8, static (name, item) =>
            {
                var tiers = ReadTiers(item);
                return new CreditDimension(name, ReadMatch(item), item.AmountOrNone("priority"u8), FirstCost(tiers) ?? item.AmountOrNone("credit_cost"u8) ?? Quantity.Zero, tiers);
            }),
            Multipliers = ReadMap(beyond, "multipliers"u8, static (name, item) =>
                new CreditMultiplier(name, ReadMatch(item), item.AmountOrNone("factor"u8) ?? Quantity.One, item.AmountOrNone("add"u8) ?? Quantity.Zero)),
        };
    }

    public static void WriteCost(Utf8JsonWriter to, CreditCost cost)
    {
        to.WriteStartObject();
        to.Text("feature"u8, cost.Feature.Value);
        to.Amount("cost"u8, cost.Cost);
        if (!cost.IsPlain) WriteBeyond(to, cost);
        to.WriteEndObject();
    }

    private static void WriteBeyond(Utf8JsonWriter to, CreditCost cost)
    {
        to.WriteStartObject("later"u8);
        if (cost.BillingUnits != Quantity.One) to.Amount("billing_units"u8, cost.BillingUnits);
        WriteMap(to, "dimensions"u8, cost.Dimensions, static dimension => dimension.Name, static (to, dimension) =>
        {
            WriteMatch(to, dimension.Match);
            to.AmountOrNone("priority"u8, dimension.Priority);
            if (dimension.Tiers.IsEmpty) to.Amount("credit_cost"u8, dimension.Cost);
            WriteTiers(to, dimension.Tiers);
        });
        WriteMap(to, "multipliers"u8, cost.Multipliers, static multiplier => multiplier.Name, static (to, multiplier) =>
        {
            WriteMatch(to, multiplier.Match);
            if (multiplier.Factor != Quantity.One) to.Amount("factor"u8, multiplier.Factor);
            if (!multiplier.Add.IsZero) to.Amount("add"u8, multiplier.Add);
        });
        WriteTiers(to, cost.Tiers);
        to.WriteEndObject();
    }

    private static void WriteTiers(Utf8JsonWriter to, ImmutableArray<CreditTier> tiers)
    {
        if (tiers.IsEmpty) return;
        to.WriteString("tier_behavior"u8, "graduated"u8);
        to.WriteStartArray("tiers"u8);
        foreach (var tier in tiers)
        {
            to.WriteStartObject();
            if (tier.To is { } end) to.Amount("to"u8, end);
            else to.WriteString("to"u8, "inf"u8);
            to.Amount("credit_cost"u8, tier.Cost);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    private static ImmutableArray<CreditTier> ReadTiers(JsonElement from) => from.List("tiers"u8, static tier =>
        new CreditTier(tier.GetProperty("to"u8).ValueKind == JsonValueKind.String ? null : tier.Amount("to"u8), tier.Amount("credit_cost"u8)));

    private static Quantity? FirstCost(ImmutableArray<CreditTier> tiers) => tiers.IsEmpty ? null : tiers[0].Cost;

    private static void WriteMatch(Utf8JsonWriter to, PropertyFilter match)
    {
        to.WriteStartObject("match"u8);
        foreach (var (name, value, _) in match.Properties) to.WriteString(name, value);
        to.WriteEndObject();
    }

    private static PropertyFilter ReadMatch(JsonElement from) => PropertyFilter.Of(from.GetProperty("match"u8).EnumerateObject()
        .Select(static property => new PropertyMatch(property.Name, property.Value.GetString()!, new JsonText(property.Value.GetRawText()))));

    private static void WriteMap<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, ImmutableArray<T> items, Func<T, string> nameOf, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsEmpty) return;
        to.WriteStartObject(name);
        foreach (var item in items)
        {
            to.WriteStartObject(nameOf(item));
            write(to, item);
            to.WriteEndObject();
        }

        to.WriteEndObject();
    }

    private static ImmutableArray<T> ReadMap<T>(JsonElement from, ReadOnlySpan<byte> name, Func<string, JsonElement, T> read) =>
        from.TryGetProperty(name, out var map) ? [.. map.EnumerateObject().Select(item => read(item.Name, item.Value))] : [];
}
