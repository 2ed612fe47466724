using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The entries that one unit appends to a customer's journal, each chained to the one before.</summary>
/// <param name="before">The state decided on; null = the customer is new.</param>
/// <param name="hash">Of the last entry before; <see cref="JournalFormat.FirstHash"/> when there is none.</param>
public sealed class EntryChain(ScopeId scope, Customer? before, byte[] hash)
{
    private readonly Customer? _before = before;
    private readonly ImmutableArray<JournalEntry>.Builder _entries = ImmutableArray.CreateBuilder<JournalEntry>(1);
    private Customer? _last = before;

    /// <summary>Of the last entry appended; the next change of this customer goes on from it.</summary>
    public byte[] Hash { get; private set; } = hash;

    /// <summary>What is appended, in bytes of journal.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>A change of one command.</summary>
    public static CustomerChange Single(ScopeId scope, Customer? before, byte[] hash, ImmutableArray<CustomerEvent> events, Customer after, Instant at) =>
        new EntryChain(scope, before, hash).Append(events, after, at).ToChange();

    /// <param name="at">The moment of the command, as given to the decision.</param>
    public EntryChain Append(ImmutableArray<CustomerEvent> events, Customer after, Instant at)
    {
        var entry = Entry(Hash, _last, events, after, at);
        if (entry.Version != (_last?.Version ?? 0) + 1)
            throw new InvariantViolation($"entry {entry.Version} does not follow version {_last?.Version ?? 0}");
        if (at < _last?.LastMoment) throw new InvariantViolation($"entry {entry.Version} is of {at}, before {_last.LastMoment}");
        _entries.Add(entry);
        _last = after;
        Hash = entry.Hash;
        Bytes += entry.Bytes;
        return this;
    }

    public CustomerChange ToChange()
    {
        if (_last is null || IsEmpty) throw new InvariantViolation("a change without entries");
        return new CustomerChange(scope, _before?.Version ?? 0, _last, _entries.DrainToImmutable(), Erase: _last.Deleted, HeadMoved(_before, _last));
    }

    /// <param name="before">The state the events were decided on; null when they create it.</param>
    public static JournalEntry Entry(byte[] previousHash, Customer? before, ImmutableArray<CustomerEvent> events, Customer after, Instant at)
    {
        var usage = UsageOf(events);
        var body = JournalFormat.WriteEntry(events, at);
        return new JournalEntry(after.Version, at, body, JournalFormat.Hash(previousHash, body, usage?.Properties), usage, PlansOf(before, events), AloneOf(events))
        {
            Entities = EntitiesOf(after, events),
            Licenses = LicensesOf(before, after, events, at),
        };
    }

    private static bool HeadMoved(Customer? before, Customer after) =>
        before is null || before.NextDue != after.NextDue || before.Deleted != after.Deleted || !before.Profile.Equals(after.Profile);

    private static UsageColumns? UsageOf(ImmutableArray<CustomerEvent> events)
    {
        UsageColumns? usage = null;
        foreach (var happened in events)
        {
            if (happened is not CustomerEvent.Used used) continue;
            if (usage is not null) throw new InvariantViolation("one entry with two usages: each needs a row of its own");
            usage = new UsageColumns(used.Feature, used.Value, used.UsedAt, used.Properties, used.Listed, used.EntityId);
        }

        return usage;
    }

    private static ImmutableArray<HolderChange> PlansOf(Customer? before, ImmutableArray<CustomerEvent> events)
    {
        var plans = ImmutableArray.CreateBuilder<HolderChange>(0);
        foreach (var happened in events)
        {
            switch (happened)
            {
                case CustomerEvent.PlanAttached e:
                    plans.Add(new HolderChange(e.Subscription.Plan, e.Subscription.Version, e.Subscription.Entity, 1));
                    break;
                case CustomerEvent.PlanEnded e:
                    plans.Add(new HolderChange(e.Plan, e.Version, e.Entity, -1));
                    break;
                case CustomerEvent.Deleted:
                    foreach (var one in StillHeld(before, events)) plans.Add(new HolderChange(one.Plan, one.Version, one.Entity, -1));
                    break;
            }
        }

        return plans.DrainToImmutable();
    }

    private static IEnumerable<Subscription> StillHeld(Customer? before, ImmutableArray<CustomerEvent> events)
    {
        var held = before is null ? [] : before.Subscriptions.Concat(before.Entities.SelectMany(static entity => entity.Own.Subscriptions));
        var ended = events.OfType<CustomerEvent.PlanEnded>().Select(static e => e.Subscription).ToHashSet();
        return held.Concat(events.OfType<CustomerEvent.PlanAttached>().Select(static e => e.Subscription)).Where(one => !ended.Contains(one.No));
    }

    private static ImmutableArray<FeatureId> AloneOf(ImmutableArray<CustomerEvent> events)
    {
        ImmutableArray<FeatureId>.Builder? features = null;
        foreach (var happened in events)
        {
            if (happened is CustomerEvent.GrantOpened { Grant.Subscription: null } e) (features ??= ImmutableArray.CreateBuilder<FeatureId>()).Add(e.Grant.Feature);
        }

        return features?.DrainToImmutable() ?? [];
    }

    // Those of a deleted customer go with the rest of it.
    private static ImmutableArray<EntityChange> EntitiesOf(Customer after, ImmutableArray<CustomerEvent> events)
    {
        ImmutableArray<EntityChange>.Builder? changes = null;
        foreach (var happened in events)
        {
            EntityNo? changed = happened switch
            {
                CustomerEvent.EntityCreated e => e.Entity.No,
                CustomerEvent.EntityNamed e => e.Entity,
                CustomerEvent.EntityDeleted e => e.Entity,
                _ => null,
            };
            if (changed is { } no)
                (changes ??= ImmutableArray.CreateBuilder<EntityChange>()).Add(new EntityChange(no, after.Entities.Find(no) is { } entity ? new EntityColumns(entity.Id, entity.Name, entity.CreatedAt) : null));
        }

        return changes?.DrainToImmutable() ?? [];
    }

    private static ImmutableArray<LicenseChange> LicensesOf(Customer? before, Customer after, ImmutableArray<CustomerEvent> events, Instant at)
    {
        ImmutableArray<LicenseChange>.Builder? changes = null;
        foreach (var happened in events)
        {
            if (happened is CustomerEvent.PlanAttached { Subscription: { IsLicense: true, Entity: { } holder } held })
                (changes ??= ImmutableArray.CreateBuilder<LicenseChange>()).Add(new LicenseChange(held.No, after.Entities.Find(holder)?.Id, held.Plan, null));
            if (happened is CustomerEvent.PlanEnded { Entity: { } entity } ended && before?.Entities.Find(entity)?.Own.Subscriptions.Any(one => one.IsLicense && one.No == ended.Subscription) == true)
                (changes ??= ImmutableArray.CreateBuilder<LicenseChange>()).Add(new LicenseChange(ended.Subscription, null, ended.Plan, at));
        }

        return changes?.DrainToImmutable() ?? [];
    }
}
