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

    /// <param name="writtenAt">See <see cref="CustomerChange.WrittenAt"/>.</param>
    public CustomerChange ToChange(Instant? writtenAt = null)
    {
        if (_last is null || IsEmpty) throw new InvariantViolation("a change without entries");
        return new CustomerChange(scope, _before?.Version ?? 0, _last, _entries.DrainToImmutable(), Erase: _last.Deleted, HeadMoved(_before, _last)) { WrittenAt = writtenAt };
    }

    /// <param name="before">The state the events were decided on; null when they create it.</param>
    public static JournalEntry Entry(byte[] previousHash, Customer? before, ImmutableArray<CustomerEvent> events, Customer after, Instant at)
    {
        var usage = UsageOf(events);
        var body = JournalFormat.WriteEntry(events, at);
        var written = new JournalEntry(after.Version, at, body, JournalFormat.Hash(previousHash, body, usage?.Properties), usage, PlansOf(before, events), AloneOf(events))
        {
            Entities = EntitiesOf(after, events),
            Licenses = LicensesOf(before, after, events, at),
            Referrals = ReferralsOf(events),
        };
        return IsAboutMoney(events)
            ? written with { Invoices = InvoicesOf(before, after, events), Refunds = [.. events.OfType<CustomerEvent.RefundAsked>().Select(static e => new RefundChange(e.Invoice, e.No, e.Amount))] }
            : written;
    }

    /// <summary>Plans that a customer and its entities hold, as holders are counted: those that are planned among them.</summary>
    internal static IEnumerable<Subscription> HeldBy(Customer customer) => Of(customer.Own).Concat(customer.Entities.SelectMany(static entity => Of(entity.Own)));

    private static bool HeadMoved(Customer? before, Customer after) =>
        before is null || before.SweptAt != after.SweptAt || before.Deleted != after.Deleted || !before.Profile.Equals(after.Profile);

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

    // Each plan that is held counts once, from when it is planned or attached until it is dropped or ends, whatever else is told of it.
    private static ImmutableArray<HolderChange> PlansOf(Customer? before, ImmutableArray<CustomerEvent> events)
    {
        ImmutableArray<HolderChange>.Builder? plans = null;
        Dictionary<SubscriptionNo, Subscription>? held = null;
        foreach (var happened in events)
        {
            switch (happened)
            {
                case CustomerEvent.PlanPlanned e:
                    Come(e.Subscription);
                    break;
                case CustomerEvent.PlanAttached e:
                    Come(e.Subscription);
                    break;
                case CustomerEvent.PlanDropped e:
                    Go(e.Subscription, new HolderChange(e.Plan, e.Version, e.Entity, -1));
                    break;
                case CustomerEvent.PlanEnded e:
                    Go(e.Subscription, new HolderChange(e.Plan, e.Version, e.Entity, -1));
                    break;
                case CustomerEvent.Deleted:
                    foreach (var one in Held().Values) Add(new HolderChange(one.Plan, one.Version, one.Entity, -1));
                    break;
            }
        }

        return plans?.DrainToImmutable() ?? [];

        void Add(HolderChange change) => (plans ??= ImmutableArray.CreateBuilder<HolderChange>()).Add(change);

        Dictionary<SubscriptionNo, Subscription> Held() => held ??= before is null ? [] : HeldBy(before).DistinctBy(static one => one.No).ToDictionary(static one => one.No);

        void Come(Subscription one)
        {
            if (Held().TryAdd(one.No, one)) Add(new HolderChange(one.Plan, one.Version, one.Entity, 1));
        }

        void Go(SubscriptionNo no, HolderChange change)
        {
            if (Held().Remove(no)) Add(change);
        }
    }

    private static IEnumerable<Subscription> Of(Holdings own) => own.Subscriptions.Concat(own.Planned);

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

    private static ImmutableArray<ReferralChange> ReferralsOf(ImmutableArray<CustomerEvent> events)
    {
        ImmutableArray<ReferralChange>.Builder? changes = null;
        foreach (var happened in events)
        {
            if (happened is CustomerEvent.Referred { Referral: var referral })
                (changes ??= ImmutableArray.CreateBuilder<ReferralChange>()).Add(new ReferralChange(referral.Program, referral.Referrer, referral.Earned));
        }

        return changes?.DrainToImmutable() ?? [];
    }

    private static bool IsAboutMoney(ImmutableArray<CustomerEvent> events)
    {
        foreach (var happened in events)
        {
            if (happened is CustomerEvent.InvoiceIssued or CustomerEvent.InvoiceMoved or CustomerEvent.InvoicePaid or CustomerEvent.InvoiceVoided or CustomerEvent.PaymentFailed or CustomerEvent.RefundAsked
                or CustomerEvent.InvoiceRecorded)
                return true;
        }

        return false;
    }

    // One for each invoice, as it stands after the last event about it.
    private static ImmutableArray<InvoiceChange> InvoicesOf(Customer? before, Customer after, ImmutableArray<CustomerEvent> events)
    {
        Dictionary<InvoiceNo, InvoiceChange>? changes = null;
        foreach (var happened in events)
        {
            var change = happened switch
            {
                CustomerEvent.InvoiceIssued e => new InvoiceChange(e.Invoice, null),
                CustomerEvent.InvoiceMoved e => new InvoiceChange(e.Invoice, null),
                CustomerEvent.InvoiceRecorded e => new InvoiceChange(e.Invoice, null),
                CustomerEvent.InvoicePaid e => new InvoiceChange(Standing(e.Invoice) with { Status = InvoiceStatus.Paid, Asked = null, Problem = null, NextAttemptAt = null, VoidsAt = null }, null, e.ByHand),
                CustomerEvent.InvoiceVoided e => new InvoiceChange(Standing(e.Invoice) with { Status = InvoiceStatus.Void, Asked = null, NextAttemptAt = null, VoidsAt = null }, null),
                CustomerEvent.PaymentFailed e => new InvoiceChange(Standing(e.Invoice) with { Asked = null, Problem = e.Problem, NextAttemptAt = e.NextAttemptAt, VoidsAt = e.VoidsAt }, null),
                _ => null,
            };
            if (change is not null) (changes ??= [])[change.Invoice.No] = change;
        }

        return changes is null ? [] : [.. changes.Values.Select(change => change with { EntityId = EntityOf(change.Invoice) })];

        Invoice Standing(InvoiceNo no) => changes?.GetValueOrDefault(no)?.Invoice ?? before?.Billing.Find(no) ?? throw new InvariantViolation($"no open invoice {no.Value}");

        string? EntityOf(Invoice invoice) => invoice.Lines.Select(static line => line.Entity).Distinct().ToList() is [{ } only]
            ? (after.Entities.Find(only) ?? before?.Entities.Find(only))?.Id
            : null;
    }
}
