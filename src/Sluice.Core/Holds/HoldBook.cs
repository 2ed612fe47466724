using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The pending holds of one customer, immutable; the one that ends next is found without looking at the others.</summary>
public sealed class HoldBook
{
    public static readonly HoldBook Empty = new(ImmutableDictionary<string, Hold>.Empty, ImmutableSortedSet.Create<(Instant, string)>(Order.Instance));

    private readonly ImmutableDictionary<string, Hold> _byId;
    private readonly ImmutableSortedSet<(Instant At, string Id)> _ends;

    private HoldBook(ImmutableDictionary<string, Hold> byId, ImmutableSortedSet<(Instant, string)> ends) => (_byId, _ends) = (byId, ends);

    public bool IsEmpty => _byId.IsEmpty;

    /// <summary>When the first of them ends by itself.</summary>
    public Instant? NextEnd => _ends.IsEmpty ? null : _ends.Min.At;

    /// <summary>By the moment they end.</summary>
    public IEnumerable<Hold> All => _ends.Select(end => _byId[end.Id]);

    /// <summary>The one that ends first.</summary>
    public Hold First => _byId[_ends.Min.Id];

    public Hold? Find(string id) => _byId.GetValueOrDefault(id);

    public HoldBook Add(Hold hold) => new(_byId.Add(hold.Id, hold), _ends.Add((hold.EndsAt, hold.Id)));

    public HoldBook Remove(string id) => new(_byId.Remove(id), _ends.Remove((_byId[id].EndsAt, id)));

    private sealed class Order : IComparer<(Instant At, string Id)>
    {
        public static readonly Order Instance = new();

        public int Compare((Instant At, string Id) a, (Instant At, string Id) b) =>
            a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Id, b.Id);
    }
}
