using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// One customer, told again from its journal and held against everything else that is stored of it. The journal is the
/// truth: its entries are numbered without a hole and chained by hashes, so that no byte of it changes unseen.
/// </summary>
public static class CustomerAudit
{
    /// <summary>What does not fit, in words; empty = all does.</summary>
    public static async ValueTask<IReadOnlyList<string>> Check(IAuditStore store, CustomerFile file, Terms terms)
    {
        while (true)
        {
            var faults = await CheckOnce(store, file, terms);
            if (faults.Count == 0) return faults;

            // Retention may have taken entries away while they were read: then it is told again from where it begins now.
            if (await store.ReadFile(file.Scope, file.Key) is not { } now || now.Checkpoint?.Version == file.Checkpoint?.Version) return faults;
            file = now;
        }
    }

    private static async ValueTask<List<string>> CheckOnce(IAuditStore store, CustomerFile file, Terms terms)
    {
        var faults = new List<string>();
        if (file.Deleted)
        {
            CheckDeleted(file, terms, faults);
            return faults;
        }

        var told = new Telling(file);
        try
        {
            if (file.Checkpoint is { } checkpoint) told.Start(checkpoint, terms, faults);
            await foreach (var row in store.ReadJournal(file.Scope, file.Key, told.Version + 1, file.Version)) told.Add(row, terms, faults);
        }
        catch (Exception failure) when (failure is InvariantViolation or FormatException or System.Text.Json.JsonException or KeyNotFoundException or InvalidOperationException)
        {
            faults.Add(told.HasBegun ? $"entry {told.Version + 1} cannot be read: {failure.Message}" : $"its journal does not begin: {failure.Message}");
            return faults;
        }

        told.Finish(faults);
        return faults;
    }

    private static void CheckDeleted(CustomerFile file, Terms terms, List<string> faults)
    {
        if (file.Snapshot is not { } last) faults.Add("it was deleted, and its last state is missing");
        else if (file.Checkpoint is not null) faults.Add("it was deleted, and a checkpoint of it is left");
        else if (last.Version != file.Version || !JournalFormat.ReadState(last.Schema, last.Body, terms).Deleted) faults.Add("it was deleted, and its last state says otherwise");
    }

    private sealed class Telling(CustomerFile file)
    {
        private readonly Dictionary<(PlanId, int, int), long> _holders = [];
        private readonly Dictionary<int, string?> _entities = [];
        private readonly Dictionary<int, (InvoiceChange Change, long Refunded)> _invoices = [];
        private readonly Dictionary<(long, string), (long Count, decimal Sum)> _days = [];
        private Customer? _customer;
        private byte[] _hash = JournalFormat.FirstHash;

        // Invoices up to this number and sums up to this day may be from before the checkpoint.
        private int _lastNo;
        private long _lastDay = long.MinValue;

        public long Version => _customer?.Version ?? 0;

        /// <summary>Where it starts from is read.</summary>
        public bool HasBegun => _customer is not null || file.Checkpoint is null;

        /// <summary>What stands at a checkpoint is known; what had ended by then is not, nor are sums of days up to that one.</summary>
        public void Start(Checkpoint checkpoint, Terms terms, List<string> faults)
        {
            var customer = checkpoint.Read(terms);
            foreach (var held in EntryChain.HeldBy(customer)) Hold(held.Plan, held.Version, held.Entity, 1);
            foreach (var entity in customer.Entities) _entities[entity.No.Value] = entity.Id;
            foreach (var invoice in customer.Billing.Open) _invoices[invoice.No.Value] = (new InvoiceChange(invoice, null), 0);
            (_customer, _hash, _lastNo, _lastDay) = (customer, checkpoint.Hash, customer.LastNo, Day.Of(checkpoint.At));
            if (file.Snapshot is { } snapshot && snapshot.Version == Version) Check(snapshot, faults);
        }

        public void Add(JournalRow row, Terms terms, List<string> faults)
        {
            if (row.Version != Version + 1) throw new InvariantViolation($"entry {row.Version} follows entry {Version}");
            if (!JournalFormat.Hash(_hash, row.Body, row.Properties).AsSpan().SequenceEqual(row.Hash)) throw new InvariantViolation("it does not match its hash: something of it or of an entry before it was changed");
            var (events, at) = JournalFormat.ReadEntry(row.Schema, row.Body, row.Properties, terms);
            var after = CustomerState.ApplyEntry(_customer, events, at);
            var entry = EntryChain.Entry(_hash, _customer, events, after, at);
            if (row.At != at) faults.Add($"entry {row.Version}: its column says {row.At}, the entry {at}");
            if (!Fits(row, entry.Usage)) faults.Add($"entry {row.Version}: the columns of its usage are not what it says");
            Gather(entry);
            (_customer, _hash) = (after, row.Hash);
            if (file.Snapshot is { } snapshot && snapshot.Version == row.Version) Check(snapshot, faults);
        }

        public void Finish(List<string> faults)
        {
            if (_customer is not { } customer || customer.Version != file.Version)
            {
                faults.Add($"its journal ends at entry {Version}, the customer is at {file.Version}");
                return;
            }

            if ((customer.Profile.Id, customer.Profile.Name, customer.Profile.Email, customer.CreatedAt) != (file.ExternalId, file.Name, file.Email, file.CreatedAt)) faults.Add("id, name, email or time of creation in lists is not what the journal says");
            if (customer.SweptAt is not null != file.IsDue) faults.Add(file.IsDue ? "it is listed as due, and nothing of it is" : "something of it falls due, and it is not listed as due");
            Same(faults, "plans it holds", _holders.Where(static pair => pair.Value != 0).Select(static pair => (pair.Key.Item1, pair.Key.Item2, pair.Key.Item3, pair.Value)), file.Holders.Where(static row => row.Held != 0));
            Same(faults, "entities", _entities.Select(static pair => (pair.Key, pair.Value)), file.Entities);
            Same(faults, "invoices", _invoices.Select(static pair => (pair.Key, Words.Of(pair.Value.Change.Invoice.Status), Encoding.UTF8.GetString(InvoiceFormat.Body(pair.Value.Change.Invoice)), pair.Value.Refunded)), file.Invoices.Where(row => row.No > _lastNo || _invoices.ContainsKey(row.No)));
            var days = _days.Select(static pair => (Day: pair.Key.Item1, Feature: pair.Key.Item2, pair.Value.Count, pair.Value.Sum)).ToLookup(told => told.Day > _lastDay);
            Same(faults, "sums of usage by day", days[true], file.UsageDays.Where(row => row.Day > _lastDay));
            if (days[false].FirstOrDefault(told => !file.UsageDays.Any(row => (row.Day, row.Feature) == (told.Day, told.Feature) && row.Count >= told.Count)) is { Feature: not null } more)
                faults.Add($"sums of usage by day: the journal says at least {more}, which is not stored");
            if (file.Snapshot is { } snapshot && snapshot.Version > file.Version) faults.Add($"its snapshot is of version {snapshot.Version}, the customer is at {file.Version}");
        }

        private static bool Fits(JournalRow row, UsageColumns? usage) => usage is null
            ? row is { Feature: null, Listed: false }
            : (row.Feature, row.Value, row.UsedAt, row.Listed, row.Entity) == (usage.Feature, usage.Value.Value, usage.UsedAt, usage.Listed, usage.Entity);

        private static void Same<T>(List<string> faults, string what, IEnumerable<T> told, IEnumerable<T> stored)
        {
            var (missing, extra) = (told.Except(stored).ToList(), stored.Except(told).ToList());
            if (missing.Count > 0) faults.Add($"{what}: the journal says {missing[0]}, which is not stored{(missing.Count > 1 ? $", and {missing.Count - 1} more" : "")}");
            if (extra.Count > 0) faults.Add($"{what}: {extra[0]} is stored, which the journal does not say{(extra.Count > 1 ? $", and {extra.Count - 1} more" : "")}");
        }

        private void Check(SnapshotRow snapshot, List<string> faults)
        {
            if (!snapshot.Hash.AsSpan().SequenceEqual(_hash)) faults.Add($"its snapshot of version {snapshot.Version} has another hash than the entry it stands for");
            if (!snapshot.Body.AsSpan().SequenceEqual(JournalFormat.WriteState(_customer!))) faults.Add($"its snapshot of version {snapshot.Version} is not the state that the journal leads to");
        }

        private void Hold(PlanId plan, int version, EntityNo? entity, int delta) => _holders[(plan, version, entity?.Value ?? 0)] = _holders.GetValueOrDefault((plan, version, entity?.Value ?? 0)) + delta;

        private void Gather(JournalEntry entry)
        {
            foreach (var (plan, version, entity, delta) in entry.Plans) Hold(plan, version, entity, delta);
            foreach (var (no, row) in entry.Entities)
            {
                if (row is null) _entities.Remove(no.Value);
                else _entities[no.Value] = row.Id;
            }

            foreach (var change in entry.Invoices) _invoices[change.Invoice.No.Value] = (change, _invoices.GetValueOrDefault(change.Invoice.No.Value).Refunded);
            foreach (var refund in entry.Refunds.Where(refund => _invoices.ContainsKey(refund.Invoice.Value))) _invoices[refund.Invoice.Value] = _invoices[refund.Invoice.Value] with { Refunded = _invoices[refund.Invoice.Value].Refunded + refund.Amount.Minor };
            if (entry.Usage is not { Listed: true } usage) return;
            var day = (Day.Of(usage.UsedAt), usage.Feature);
            _days[day] = (_days.GetValueOrDefault(day).Count + 1, _days.GetValueOrDefault(day).Sum + usage.Value.Value);
        }
    }
}
