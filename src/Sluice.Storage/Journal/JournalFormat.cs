using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// How journal entries and snapshots are written: UTF-8 JSON with stable snake_case names. Fixed from the first
/// release on: entries of any age load for ever, so members are added, never renamed or given another meaning.
/// Quantities are exact decimals without trailing zeros, moments are milliseconds since 1970.
/// </summary>
public static class JournalFormat
{
    /// <summary>Stored with every row. A reader that meets another number stops.</summary>
    public const int Schema = 1;

    /// <summary>What a customer's first entry is chained to.</summary>
    public static readonly byte[] FirstHash = new byte[SHA256.HashSizeInBytes];

    /// <summary>One entry: <c>{"at":…,"events":[…]}</c>. The properties of a usage are not part of it.</summary>
    public static byte[] WriteEntry(ImmutableArray<CustomerEvent> events, Instant at) => JsonOut.Bytes((events, at), static (to, entry) =>
    {
        to.WriteStartObject();
        to.Moment("at"u8, entry.at);
        to.WriteStartArray("events"u8);
        foreach (var happened in entry.events) EventFormat.Write(to, happened, entry.at);
        to.WriteEndArray();
        to.WriteEndObject();
    });

    public static (ImmutableArray<CustomerEvent> Events, Instant At) ReadEntry(int schema, ReadOnlyMemory<byte> body, JsonText? properties, Terms terms)
    {
        Known(schema);
        using var document = JsonDocument.Parse(body);
        var at = document.RootElement.Moment("at"u8);
        return (document.RootElement.List("events"u8, item => EventFormat.Read(item, at, properties, terms)), at);
    }

    /// <summary>Only what the entry's usage took; empty when it holds none.</summary>
    public static ImmutableArray<Draw> ReadDraws(int schema, ReadOnlyMemory<byte> body)
    {
        Known(schema);
        using var document = JsonDocument.Parse(body);
        foreach (var happened in document.RootElement.GetProperty("events"u8).EnumerateArray())
        {
            if (happened.Text("type"u8) == "used") return happened.List("draws"u8, HoldingsFormat.ReadDraw);
        }

        return [];
    }

    /// <summary>The whole state, as snapshots keep it.</summary>
    public static byte[] WriteState(Customer customer) => JsonOut.Bytes(customer, static (to, customer) =>
    {
        to.WriteStartObject();
        to.WriteNumber("key"u8, customer.Key.Value);
        to.WriteNumber("version"u8, customer.Version);
        to.Moment("created_at"u8, customer.CreatedAt);
        to.Moment("last_moment"u8, customer.LastMoment);
        HoldingsFormat.WriteProfile(to, customer.Profile);
        HoldingsFormat.Write(to, customer.Own);
        if (customer.Config != CustomerConfig.Default) HoldingsFormat.WriteConfig(to, customer.Config);
        BillingFormat.Write(to, customer.Billing);
        HoldingsFormat.WriteList(to, "entities"u8, [.. customer.Entities], EntityFormat.Write);
        HoldingsFormat.WriteList(to, "holds"u8, [.. customer.Holds.All], HoldFormat.Write);
        to.Moment("clock"u8, customer.Clock);
        to.WriteNumber("last_no"u8, customer.LastNo);
        to.Flag("deleted"u8, customer.Deleted);
        to.WriteEndObject();
    });

    public static Customer ReadState(int schema, ReadOnlyMemory<byte> body, Terms terms)
    {
        Known(schema);
        using var document = JsonDocument.Parse(body);
        var from = document.RootElement;
        var customer = new Customer(
            new CustomerKey(from.Long("key"u8)),
            from.Long("version"u8),
            from.Moment("created_at"u8),
            from.Moment("last_moment"u8),
            HoldingsFormat.ReadProfile(from),
            HoldingsFormat.Read(from, terms),
            from.List("entities"u8, entity => EntityFormat.Read(entity, terms)).Aggregate(EntityBook.Empty, static (book, entity) => book.Put(entity)),
            from.List("holds"u8, HoldFormat.Read).Aggregate(HoldBook.Empty, static (book, hold) => book.Add(hold)),
            from.Number("last_no"u8),
            from.Flag("deleted"u8))
        {
            Config = HoldingsFormat.ReadConfig(from),
            Clock = from.MomentOrNone("clock"u8),
            Billing = BillingFormat.Read(from, terms),
        };
        return customer with { NextDue = Due.Next(customer) };
    }

    /// <summary>SHA-256 over the previous entry's hash, the body, a zero byte and the usage's properties.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> body, JsonText? properties)
    {
        var tail = properties is { } json ? Encoding.UTF8.GetBytes(json.Value) : [];
        var length = previous.Length + body.Length + 1 + tail.Length;
        var whole = length <= 1024 ? stackalloc byte[length] : new byte[length];
        previous.CopyTo(whole);
        body.CopyTo(whole[previous.Length..]);
        whole[previous.Length + body.Length] = 0;
        tail.CopyTo(whole[(previous.Length + body.Length + 1)..]);
        return SHA256.HashData(whole);
    }

    private static void Known(int schema)
    {
        if (schema != Schema) throw new InvariantViolation($"journal schema {schema} is not known here: was it written by a newer Sluice?");
    }
}
