using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class JournalFormatTests
{
    [Fact]
    public void Entries_are_written_byte_for_byte_as_ever() =>
        GoldenFile.MustEqual("entries.jsonl", Entries().Select(entry => Encoding.UTF8.GetString(entry.Body)));

    [Fact]
    public void Hashes_chain_as_ever() =>
        GoldenFile.MustEqual("entries.sha256", Entries().Select(entry => Convert.ToHexStringLower(entry.Hash)));

    [Fact]
    public void A_state_is_written_byte_for_byte_as_ever() => GoldenFile.MustEqual("states.jsonl", Lives().Select(Actor.Text));

    [Fact]
    public void Entries_of_old_load_to_the_state_of_old()
    {
        var properties = Entries().Select(entry => entry.Usage?.Properties).ToArray();
        var states = GoldenFile.Lines("states.jsonl");
        Customer? customer = null;
        foreach (var (line, at) in GoldenFile.Lines("entries.jsonl").Select((line, at) => (line, at)))
        {
            var (events, moment) = JournalFormat.ReadEntry(1, Encoding.UTF8.GetBytes(line), properties[at], Sample.Terms);
            customer = CustomerState.ApplyEntry(customer, events, moment);
            Assert.Equal(states[at], Actor.Text(customer));
        }
    }

    [Fact]
    public void A_state_of_old_loads_to_itself()
    {
        foreach (var state in GoldenFile.Lines("states.jsonl"))
        {
            var customer = JournalFormat.ReadState(1, Encoding.UTF8.GetBytes(state), Sample.Terms);
            Assert.Equal(state, Actor.Text(customer));
            Assert.Equal(Due.Next(customer), customer.NextDue);
        }
    }

    [Fact]
    public void The_golden_life_holds_every_kind_of_event()
    {
        var kinds = typeof(CustomerEvent).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(CustomerEvent)));
        var lived = Sample.Life().SelectMany(entry => entry.Events).Append(new CustomerEvent.Deleted()).Select(happened => happened.GetType());
        Assert.Empty(kinds.Except(lived));
    }

    [Fact]
    public void Terms_of_a_plan_item_are_written_as_their_id_and_read_back_as_the_very_same_object()
    {
        var body = JournalFormat.WriteEntry([Sample.Attach("free", 1, 2)], Sample.Start);
        var (events, _) = JournalFormat.ReadEntry(1, body, null, Sample.Terms);
        Assert.Contains("\"terms\":7,", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
        Assert.Same(Sample.Messages, Assert.IsType<CustomerEvent.PlanAttached>(Assert.Single(events)).Grants[0].Terms);
    }

    [Fact]
    public void A_typical_track_takes_less_than_300_bytes_with_its_hash()
    {
        var actor = Actor.Number(1);
        actor.Join();
        var entry = actor.Use().Entries[0];
        Assert.InRange(entry.Body.Length + entry.Hash.Length, 1, 300);
    }

    [Theory]
    [InlineData("""{"at":1,"events":[{"type":"teleported"}]}""")]
    [InlineData("""{"at":1,"events":[{"type":"used","feature":"messages"}]}""")]
    [InlineData("""{"at":1,"events":[{"type":"grant_closed","grant":1,"why":"bored"}]}""")]
    public void What_is_not_known_is_refused_and_never_skipped(string body) =>
        Assert.ThrowsAny<Exception>(() => JournalFormat.ReadEntry(1, Encoding.UTF8.GetBytes(body), null, Sample.Terms));

    [Fact]
    public void An_entry_of_a_schema_that_is_not_known_is_refused() =>
        Assert.Throws<InvariantViolation>(() => JournalFormat.ReadEntry(2, "{\"at\":1,\"events\":[]}"u8.ToArray(), null, Sample.Terms));

    [Fact]
    public void The_hash_covers_body_properties_and_what_came_before()
    {
        var of = JournalFormat.Hash(JournalFormat.FirstHash, "body"u8, new JsonText("{}"));
        Assert.NotEqual(of, JournalFormat.Hash(JournalFormat.FirstHash, "bodY"u8, new JsonText("{}")));
        Assert.NotEqual(of, JournalFormat.Hash(JournalFormat.FirstHash, "body"u8, null));
        Assert.NotEqual(of, JournalFormat.Hash(of, "body"u8, new JsonText("{}")));
        Assert.Equal(32, JournalFormat.Hash(of, new byte[5000], null).Length);
    }

    [Fact]
    public void Every_quantity_comes_back_exactly_and_without_trailing_zeros()
    {
        var seed = Seed.Print();
        var random = new Random(seed);
        for (var round = 0; round < 2000; round++)
        {
            var digits = random.NextInt64(-10_000_000_000_000_000, 10_000_000_000_000_000);
            var value = Quantity.Of(decimal.Round(digits / (decimal)Math.Pow(10, random.Next(1, 16)), random.Next(0, 11)));
            var body = JournalFormat.WriteEntry([new CustomerEvent.GrantAdjusted(new GrantNo(1), value)], Sample.Start);
            Assert.Contains($"\"adjustment\":{value}}}", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
            var (events, _) = JournalFormat.ReadEntry(1, body, null, Sample.Terms);
            Assert.True(value == ((CustomerEvent.GrantAdjusted)events[0]).Adjustment, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData("1000000000000000", "1000000000000000")]
    [InlineData("-999999999999999.9999999999", "-999999999999999.9999999999")]
    [InlineData("0.0000000001", "0.0000000001")]
    [InlineData("100.0000", "100")]
    [InlineData("-0.0", "0")]
    public void Numbers_at_the_edges_are_plain_decimals(string given, string written)
    {
        var value = Quantity.Of(decimal.Parse(given, CultureInfo.InvariantCulture));
        var body = JournalFormat.WriteEntry([new CustomerEvent.GrantAdjusted(new GrantNo(1), value)], Sample.Start);
        Assert.EndsWith($"\"adjustment\":{written}}}]}}", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    private static IEnumerable<JournalEntry> Entries()
    {
        var actor = new Actor(Actor.Scope, 42);
        foreach (var (at, events) in Whole()) yield return actor.Do(at, [.. events]).Entries[0];
    }

    private static IEnumerable<Customer> Lives()
    {
        var actor = new Actor(Actor.Scope, 42);
        foreach (var (at, events) in Whole())
        {
            actor.Do(at, [.. events]);
            yield return actor.State!;
        }
    }

    private static ImmutableArray<(Instant At, ImmutableArray<CustomerEvent> Events)> Whole() =>
        Sample.Life().Add((Sample.NextMonth, [new CustomerEvent.Deleted()]));
}
