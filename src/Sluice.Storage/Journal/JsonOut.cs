using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Core's values as JSON. A member without a value (null, false) is left out, which keeps entries short.</summary>
internal static class JsonOut
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _reused;

    /// <summary>Runs on a buffer kept for this thread: must not be called from inside <paramref name="write"/>.</summary>
    public static byte[] Bytes<T>(T value, Action<Utf8JsonWriter, T> write)
    {
        var (buffer, writer) = _reused ??= Fresh();
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        write(writer, value);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public static void Text(this Utf8JsonWriter to, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null) to.WriteString(name, value);
    }

    public static void Flag(this Utf8JsonWriter to, ReadOnlySpan<byte> name, bool value)
    {
        if (value) to.WriteBoolean(name, true);
    }

    public static void Amount(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Quantity value) => to.WriteNumber(name, WithoutTrailingZeros(value.Value));

    public static void AmountOrNone(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Quantity? value)
    {
        if (value is { } amount) to.Amount(name, amount);
    }

    public static void Price(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Price? value)
    {
        if (value is { } price) to.WriteNumber(name, WithoutTrailingZeros(price.Amount));
    }

    /// <summary>What a price is in further currencies.</summary>
    public static void Prices(this Utf8JsonWriter to, ReadOnlySpan<byte> name, CurrencyPrices? value)
    {
        if (value is null) return;
        if (value.Stored is { } stored)
        {
            to.Json(name, stored);
            return;
        }

        to.WriteStartArray(name);
        foreach (var price in value.All)
        {
            to.WriteStartObject();
            to.Text("currency"u8, price.Currency.Code);
            to.Price("amount"u8, price.Amount);
            to.Price("flat_amount"u8, price.FlatAmount);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    /// <summary>An exact amount that is no money yet.</summary>
    public static void Exact(this Utf8JsonWriter to, ReadOnlySpan<byte> name, decimal? value)
    {
        if (value is { } exact) to.WriteNumber(name, WithoutTrailingZeros(exact));
    }

    /// <summary>"2000 usd": minor units and the currency.</summary>
    public static void Money(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Money? value)
    {
        if (value is { } money) to.WriteString(name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{money.Minor} {money.Currency.Code}"));
    }

    public static void Moment(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instant? value)
    {
        if (value is { } moment) to.WriteNumber(name, moment.Milliseconds);
    }

    public static void Every(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Interval? value)
    {
        if (value is { } interval) to.WriteString(name, Words.Of(interval));
    }

    /// <summary>The text goes in as it is, byte for byte; the writer refuses what is not JSON.</summary>
    public static void Json(this Utf8JsonWriter to, ReadOnlySpan<byte> name, JsonText? value)
    {
        if (value is not { } json) return;
        to.WritePropertyName(name);
        to.WriteRawValue(json.Value);
    }

    private static (ArrayBufferWriter<byte>, Utf8JsonWriter) Fresh()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        return (buffer, new Utf8JsonWriter(buffer, Options));
    }

    // Dividing by a one with 28 decimals leaves the value and gives it the smallest scale; zero loses its sign too.
    private static decimal WithoutTrailingZeros(decimal value) =>
        value == 0m ? 0m : value.Scale == 0 ? value : value / 1.0000000000000000000000000000m;
}
