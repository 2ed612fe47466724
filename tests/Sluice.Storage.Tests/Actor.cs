using System.Collections.Immutable;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>A customer as the server holds it: the state decided last, and the hash its next entry is chained to.</summary>
internal sealed class Actor(ScopeId scope, long key)
{
    public static readonly ScopeId Scope = new(1);

    public CustomerKey Key { get; } = new(key);

    public Customer? State { get; private set; }

    public byte[] Hash { get; private set; } = JournalFormat.FirstHash;

    public string StateText => Text(State!);

    public static Actor Number(long key) => new(Scope, key);

    public static string Text(Customer customer) => Encoding.UTF8.GetString(JournalFormat.WriteState(customer));

    /// <summary>Decides on the latest state, as if nothing could fail. Time never goes back behind the last entry.</summary>
    public CustomerChange Do(Instant at, params CustomerEvent[] events)
    {
        if (State is not null) at = Instant.Max(at, State.LastMoment);
        var after = CustomerState.ApplyEntry(State, [.. events], at);
        var change = EntryChain.Single(scope, State, Hash, [.. events], after, at);
        (State, Hash) = (after, change.Entries[^1].Hash);
        return change;
    }

    /// <summary>Joins, on a monthly plan with one grant of messages.</summary>
    public CustomerChange Join(string? id = null, Instant? at = null) =>
        Do(at ?? Sample.Start, new CustomerEvent.Created(Key, new Profile(id ?? $"c{Key.Value}")), Sample.Attach("free", 1, 2));

    public CustomerChange Use(decimal value = 1, Instant? at = null, string feature = "messages", string? properties = null, bool listed = true) =>
        Do(at ?? State!.LastMoment, new CustomerEvent.Used(
            feature, Quantity.Of(value), at ?? State!.LastMoment, properties is null ? null : new JsonText(properties), [Sample.Draw(2, value)], listed));

    /// <summary>The same customer as another node knows it: goes its own way from here.</summary>
    public Actor Twin() => new(scope, Key.Value) { State = State, Hash = Hash };
}

/// <summary>A unit that stands and only remembers what became of it.</summary>
internal class TestUnit(params CustomerChange[] changes) : Unit
{
    private readonly List<Fate> _fates = [];

    public bool StillStands { get; set; } = true;

    public IReadOnlyList<Fate> Told => _fates;

    public Action<Fate>? WhenSettled { get; init; }

    public static TestUnit Of(params CustomerChange[] changes) => new(changes) { Changes = [.. changes] };

    public override string ToString() => $"unit of {changes.Length} changes";

    protected internal override bool Stands() => StillStands;

    protected internal override void OnSettled(Fate fate)
    {
        _fates.Add(fate);
        WhenSettled?.Invoke(fate);
    }
}
