using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Bench;

/// <summary>
/// Thirty days of usage, written as the server writes it: journal entries, each chained to the one before, committed
/// through the committer. Only the decision is left out, and a customer's entries of some hours are one unit.
/// </summary>
internal sealed class UsageLoad(SqliteStore store, long events)
{
    /// <summary>The customer that is measured, and how much of the usage is its own.</summary>
    public const string Measured = "bench-1";
    public const long MeasuredEvents = 100_000;

    private const int Slices = 200;
    private const int UnitsInFlight = 256;
    private static readonly TimeSpan Range = TimeSpan.FromDays(30) - TimeSpan.FromMinutes(5);

    private readonly Random _random = new(1);
    private readonly Instant _now = Instant.Of(TimeProvider.System.GetUtcNow());

    public async Task Run()
    {
        var scope = (await store.Scopes()).Single(row => row.Environment == "sandbox").Id;
        var writers = await Writers(scope);
        var committer = new Committer(store, new CommitterLimits(), fault => Console.Error.WriteLine(fault));
        var inFlight = new Queue<Task<Fate>>();
        for (var slice = 0; slice < Slices; slice++)
        {
            foreach (var writer in writers)
            {
                committer.Enqueue(writer.Next(slice));
                if (inFlight.Count == UnitsInFlight) MustBeCommitted(await inFlight.Dequeue());
                inFlight.Enqueue(writer.Settled!);
            }
        }

        foreach (var unit in inFlight) MustBeCommitted(await unit);
        committer.Enqueue(new SnapshotUnit([.. writers.Select(writer => writer.Snapshot())]));
        await committer.StopAsync();
    }

    private async Task<List<Writer>> Writers(ScopeId scope)
    {
        var terms = (await store.LoadCatalog(scope)).Terms;
        var keys = (await store.ListCustomers(new CustomerQuery(scope, int.MaxValue))).Select(listed => listed.Key).ToList();
        var customers = (await store.LoadMany(scope, keys, id => terms[id])).Where(stored => stored.Customer.Grants.Any(grant => grant.Feature.Value == "messages")).ToList();
        var others = customers.Count - 1;
        return [.. customers.Select((stored, at) => new Writer(this, scope, stored, stored.Customer.Profile.Id == Measured
            ? MeasuredEvents
            : ((events - MeasuredEvents) / others) + (at < (events - MeasuredEvents) % others ? 1 : 0)))];
    }

    private static void MustBeCommitted(Fate fate)
    {
        if (!fate.IsCommitted) throw new InvalidOperationException($"a unit of the bench was {fate.Kind}");
    }

    private ImmutableArray<CustomerEvent> Usage(Grant grant, Instant at)
    {
        var value = Quantity.Of(_random.Next(1, 10));
        var properties = new JsonText($$"""{"model":"model-{{_random.Next(8)}}","user":"user-{{_random.Next(1000)}}","tokens":{{_random.Next(100, 9999)}},"cached":false}""");
        return [new CustomerEvent.Used("messages", value, at, properties, [new Draw(grant.No, null, grant.Feature, grant.Plan, null, grant.NextResetAt, value)], true)];
    }

    /// <summary>One customer and what it has still to use.</summary>
    private sealed class Writer(UsageLoad load, ScopeId scope, StoredCustomer stored, long count)
    {
        private Customer _latest = stored.Customer;
        private byte[] _hash = stored.Hash;

        public Task<Fate>? Settled { get; private set; }

        public SnapshotWrite Snapshot() => Snapshotter.Of(scope, _latest, _hash);

        public Unit Next(int slice)
        {
            var chain = new EntryChain(scope, _latest, _hash);
            var grant = _latest.Grants.First(one => one.Feature.Value == "messages");
            for (var no = count * slice / Slices; no < count * (slice + 1) / Slices; no++)
            {
                var used = load.Usage(grant, load._now.Plus(-Range + (Range * ((double)no / count))));
                var at = Instant.Max(_latest.LastMoment, load._now);
                _latest = CustomerState.ApplyEntry(_latest, used, at);
                chain.Append(used, _latest, at);
            }

            _hash = chain.Hash;
            var unit = new Bare { Changes = [chain.ToChange()] };
            Settled = unit.Settled;
            return unit;
        }
    }

    private sealed class Bare : Unit
    {
        protected override bool Stands() => true;

        protected override void OnSettled(Fate fate)
        {
        }
    }
}
