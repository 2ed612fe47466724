using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Core's values back from JSON. A member that must be there and is not is an exception: the row is not ours.</summary>
internal static class JsonIn
{
    public static string Text(this JsonElement from, ReadOnlySpan<byte> name) => from.GetProperty(name).GetString()
        ?? throw new InvariantViolation("a stored text is null");

    public static string? TextOrNone(this JsonElement from, ReadOnlySpan<byte> name) => from.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static bool Flag(this JsonElement from, ReadOnlySpan<byte> name, bool whenAbsent = false) =>
        from.TryGetProperty(name, out var value) ? value.GetBoolean() : whenAbsent;

    public static int Number(this JsonElement from, ReadOnlySpan<byte> name) => from.GetProperty(name).GetInt32();

    public static long Long(this JsonElement from, ReadOnlySpan<byte> name) => from.GetProperty(name).GetInt64();

    public static Quantity Amount(this JsonElement from, ReadOnlySpan<byte> name) => Quantity.Of(from.GetProperty(name).GetDecimal());

    public static Quantity? AmountOrNone(this JsonElement from, ReadOnlySpan<byte> name) =>
        from.TryGetProperty(name, out var value) ? Quantity.Of(value.GetDecimal()) : null;

    public static Price Price(this JsonElement from, ReadOnlySpan<byte> name) => new(from.GetProperty(name).GetDecimal());

    public static Price? PriceOrNone(this JsonElement from, ReadOnlySpan<byte> name) =>
        from.TryGetProperty(name, out var value) ? new Price(value.GetDecimal()) : null;

    public static CurrencyPrices? PricesOrNone(this JsonElement from, ReadOnlySpan<byte> name) => from.TryGetProperty(name, out _)
        ? new CurrencyPrices(from.List(name, static price => new CurrencyPrice(new Currency(price.Text("currency"u8)), price.PriceOrNone("amount"u8), price.PriceOrNone("flat_amount"u8)))) { Stored = from.Json(name) }
        : null;

    public static decimal? ExactOrNone(this JsonElement from, ReadOnlySpan<byte> name) => from.TryGetProperty(name, out var value) ? value.GetDecimal() : null;

    public static Money? MoneyOrNone(this JsonElement from, ReadOnlySpan<byte> name) =>
        from.TextOrNone(name)?.Split(' ') is [var minor, var currency] ? new Money(long.Parse(minor, System.Globalization.CultureInfo.InvariantCulture), new Currency(currency)) : null;

    public static Money Money(this JsonElement from, ReadOnlySpan<byte> name) => from.MoneyOrNone(name) ?? throw new InvariantViolation("a stored amount is missing");

    public static int? NumberOrNone(this JsonElement from, ReadOnlySpan<byte> name) => from.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    public static Instant Moment(this JsonElement from, ReadOnlySpan<byte> name) => new(from.Long(name));

    public static Instant? MomentOrNone(this JsonElement from, ReadOnlySpan<byte> name) =>
        from.TryGetProperty(name, out var value) ? new Instant(value.GetInt64()) : null;

    public static Interval Every(this JsonElement from, ReadOnlySpan<byte> name) => Words.ToInterval(from.Text(name));

    public static Interval? EveryOrNone(this JsonElement from, ReadOnlySpan<byte> name) => from.TextOrNone(name) is { } word ? Words.ToInterval(word) : null;

    public static FeatureId Feature(this JsonElement from, ReadOnlySpan<byte> name) => new(from.Text(name));

    public static FeatureId? FeatureOrNone(this JsonElement from, ReadOnlySpan<byte> name) => from.TextOrNone(name) is { } id ? new FeatureId(id) : null;

    public static PlanId? PlanOrNone(this JsonElement from, ReadOnlySpan<byte> name) => from.TextOrNone(name) is { } id ? new PlanId(id) : null;

    public static JsonText? Json(this JsonElement from, ReadOnlySpan<byte> name) =>
        from.TryGetProperty(name, out var value) ? new JsonText(value.GetRawText()) : null;

    /// <summary>Absent = empty.</summary>
    public static ImmutableArray<T> List<T>(this JsonElement from, ReadOnlySpan<byte> name, Func<JsonElement, T> read)
    {
        if (!from.TryGetProperty(name, out var list)) return [];
        var items = ImmutableArray.CreateBuilder<T>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray()) items.Add(read(item));
        return items.MoveToImmutable();
    }
}
