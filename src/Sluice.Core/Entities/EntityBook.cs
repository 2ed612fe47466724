using System.Collections;
using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// The entities of one customer, immutable. Finding or changing one costs no more with ten thousand of them than with
/// ten: sums over all of them and the next due moment are kept up, not counted anew.
/// </summary>
public sealed class EntityBook : IReadOnlyCollection<Entity>
{
    public static readonly EntityBook Empty = new(
        ImmutableSortedDictionary<EntityNo, Entity>.Empty,
        ImmutableDictionary<string, EntityNo>.Empty,
        null,
        ImmutableSortedSet<(Instant, EntityNo)>.Empty,
        ImmutableDictionary<FeatureId, EntityTotals>.Empty,
        ImmutableDictionary<GrantNo, EntityTotals>.Empty,
        ImmutableDictionary<GrantNo, ImmutableSortedSet<(string, EntityNo)>>.Empty);

    private static readonly ImmutableSortedSet<(string Id, EntityNo No)> NoneLeft = ImmutableSortedSet.Create<(string, EntityNo)>(ById.Instance);

    private readonly ImmutableSortedDictionary<EntityNo, Entity> _byNo;
    private readonly ImmutableDictionary<string, EntityNo> _byId;
    private readonly EntityNo? _withoutId;
    private readonly ImmutableSortedSet<(Instant At, EntityNo No)> _due;
    private readonly ImmutableDictionary<FeatureId, EntityTotals> _ownGrants;
    private readonly ImmutableDictionary<GrantNo, EntityTotals> _shares;
    private readonly ImmutableDictionary<GrantNo, ImmutableSortedSet<(string Id, EntityNo No)>> _left;

    private EntityBook(
        ImmutableSortedDictionary<EntityNo, Entity> byNo,
        ImmutableDictionary<string, EntityNo> byId,
        EntityNo? withoutId,
        ImmutableSortedSet<(Instant, EntityNo)> due,
        ImmutableDictionary<FeatureId, EntityTotals> ownGrants,
        ImmutableDictionary<GrantNo, EntityTotals> shares,
        ImmutableDictionary<GrantNo, ImmutableSortedSet<(string Id, EntityNo No)>> left)
    {
        (_byNo, _byId, _withoutId, _due, _ownGrants, _shares, _left) = (byNo, byId, withoutId, due, ownGrants, shares, left);
    }

    public int Count => _byNo.Count;

    public bool IsEmpty => _byNo.IsEmpty;

    /// <summary>The one that has no id yet.</summary>
    public Entity? WithoutId => _withoutId is { } no ? _byNo[no] : null;

    /// <summary>The next moment at which something of an entity falls due.</summary>
    public Instant? NextDue => _due.IsEmpty ? null : _due.Min.At;

    public Entity? Find(string id) => _byId.TryGetValue(id, out var no) ? _byNo[no] : null;

    public Entity? Find(EntityNo no) => _byNo.GetValueOrDefault(no);

    /// <summary>What the entities hold of a feature by plans and balances of their own.</summary>
    public EntityTotals Own(FeatureId feature) => _ownGrants.GetValueOrDefault(feature);

    /// <summary>The entities' shares of a grant that each of them has its own part of.</summary>
    public EntityTotals Shares(GrantNo parent) => _shares.GetValueOrDefault(parent);

    /// <summary>The shares of a grant that have something left, by the ids of their entities; those that are used up cost nothing here.</summary>
    public IEnumerable<(Entity Entity, Grant Share)> SharesLeft(GrantNo parent)
    {
        foreach (var (_, no) in _left.GetValueOrDefault(parent, NoneLeft))
        {
            var entity = _byNo[no];
            yield return (entity, entity.Own.Grants.First(grant => grant.Parent == parent));
        }
    }

    /// <summary>The features that entities hold by plans and balances of their own.</summary>
    public IEnumerable<FeatureId> OwnFeatures => _ownGrants.Keys;

    /// <summary>Those with something due by itself, ever: all that hold a plan that is billed are among them.</summary>
    internal IEnumerable<Entity> WithPlans
    {
        get
        {
            foreach (var (_, no) in _due) yield return _byNo[no];
        }
    }

    /// <summary>Those with something due at or before <paramref name="now"/>.</summary>
    public IEnumerable<Entity> DueBy(Instant now)
    {
        foreach (var (at, no) in _due)
        {
            if (at > now) yield break;
            yield return _byNo[no];
        }
    }

    /// <summary>Added, or in the place of the one with the same number.</summary>
    public EntityBook Put(Entity entity)
    {
        var before = Find(entity.No);
        var (wasDue, isDue) = (before?.Own.NextDue(), entity.Own.NextDue());
        var due = _due;
        if (wasDue != isDue)
        {
            if (wasDue is { } was) due = due.Remove((was, entity.No));
            if (isDue is { } next) due = due.Add((next, entity.No));
        }

        var (byId, withoutId) = before is not null && before.Id == entity.Id ? (_byId, _withoutId) : Named(before, entity);
        var (own, shares) = Counted(before?.Own.Grants ?? [], entity.Own.Grants);
        return new EntityBook(_byNo.SetItem(entity.No, entity), byId, withoutId, due, own, shares, Left(before, entity));
    }

    public EntityBook Remove(EntityNo no)
    {
        var gone = _byNo[no];
        var due = gone.Own.NextDue() is { } at ? _due.Remove((at, no)) : _due;
        var (own, shares) = Counted(gone.Own.Grants, []);
        return new EntityBook(_byNo.Remove(no), gone.Id is { } id ? _byId.Remove(id) : _byId, gone.Id is null ? null : _withoutId, due, own, shares, Left(gone, null));
    }

    /// <summary>In the order they were created.</summary>
    public IEnumerator<Entity> GetEnumerator() => _byNo.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private (ImmutableDictionary<string, EntityNo> ById, EntityNo? WithoutId) Named(Entity? before, Entity entity)
    {
        var byId = before?.Id is { } old ? _byId.Remove(old) : _byId;
        var withoutId = before is { Id: null } ? null : _withoutId;
        return entity.Id is { } id ? (byId.Add(id, entity.No), withoutId) : (byId, entity.No);
    }

    // Grants that stayed the same object are passed over, so a change of one costs one.
    private (ImmutableDictionary<FeatureId, EntityTotals> Own, ImmutableDictionary<GrantNo, EntityTotals> Shares) Counted(ImmutableArray<Grant> before, ImmutableArray<Grant> after)
    {
        var (own, shares) = (_ownGrants, _shares);
        void Count(Grant grant, int sign)
        {
            if (grant.Parent is { } parent)
                shares = Kept(shares, parent, shares.GetValueOrDefault(parent).Plus(grant, sign));
            else
                own = Kept(own, grant.Feature, own.GetValueOrDefault(grant.Feature).Plus(grant, sign));
        }

        for (var at = 0; at < Math.Max(before.Length, after.Length); at++)
        {
            var (was, now) = (at < before.Length ? before[at] : null, at < after.Length ? after[at] : null);
            if (ReferenceEquals(was, now)) continue;
            if (was is not null) Count(was, -1);
            if (now is not null) Count(now, 1);
        }

        return (own, shares);
    }

    private static ImmutableDictionary<TKey, EntityTotals> Kept<TKey>(ImmutableDictionary<TKey, EntityTotals> totals, TKey key, EntityTotals total)
        where TKey : notnull => total.Count == 0 ? totals.Remove(key) : totals.SetItem(key, total);

    private ImmutableDictionary<GrantNo, ImmutableSortedSet<(string, EntityNo)>> Left(Entity? before, Entity? after)
    {
        var (left, isRenamed) = (_left, before?.Id != after?.Id);
        var (old, young) = (before?.Own.Grants ?? [], after?.Own.Grants ?? []);
        bool IsSame(int at) => !isRenamed && at < old.Length && at < young.Length && ParentLeft(old[at]) == ParentLeft(young[at]);

        // All that go before those that come: what stood behind a grant that is gone has moved up.
        for (var at = 0; at < old.Length; at++)
        {
            if (IsSame(at) || ParentLeft(old[at]) is not { } parent) continue;
            var others = left[parent].Remove((before!.Id ?? "", before.No));
            left = others.IsEmpty ? left.Remove(parent) : left.SetItem(parent, others);
        }

        for (var at = 0; at < young.Length; at++)
        {
            if (!IsSame(at) && ParentLeft(young[at]) is { } parent) left = left.SetItem(parent, left.GetValueOrDefault(parent, NoneLeft).Add((after!.Id ?? "", after.No)));
        }

        return left;
    }

    private static GrantNo? ParentLeft(Grant grant) => grant.Balance.IsPositive ? grant.Parent : null;

    private sealed class ById : IComparer<(string Id, EntityNo No)>
    {
        public static readonly ById Instance = new();

        public int Compare((string Id, EntityNo No) a, (string Id, EntityNo No) b) =>
            string.CompareOrdinal(a.Id, b.Id) is var order && order != 0 ? order : a.No.CompareTo(b.No);
    }
}
