using System.Collections.Immutable;
using System.Diagnostics;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Bench;

/// <summary>Customers on one monthly grant, and producers that track on them and wait for each commit.</summary>
internal sealed class Load(Committer committer, int customers)
{
    private static readonly ScopeId Scope = new(1);
    private static readonly ItemTerms Terms = new(new TermsId(1), new FeatureId("messages"), Quantity.Of(1_000_000), Unlimited: false, new Interval(IntervalUnit.Month));

    private readonly Busy[] _customers = [.. Enumerable.Range(1, customers).Select(key => new Busy(key))];
    private long _clock = 1_764_000_000_000;

    public Committer Committer => committer;

    public Task Prepare() => Task.WhenAll(_customers.Select(customer => Send(customer, Create(customer.Key))));

    public async Task<List<double>> Run(int producers, TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, producers).Select(producer => Task.Run(async () =>
        {
            var random = new Random(producer);
            var latencies = new List<double>();
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                var sent = Stopwatch.GetTimestamp();
                await Send(_customers[random.Next(_customers.Length)], Track());
                latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }

            return latencies;
        })));
        return [.. all.SelectMany(latencies => latencies)];
    }

    private Task<Fate> Send(Busy customer, ImmutableArray<CustomerEvent> events)
    {
        lock (customer)
        {
            var at = new Instant(Interlocked.Increment(ref _clock));
            var after = CustomerState.ApplyEntry(customer.Latest, events, at);
            var change = EntryChain.Single(Scope, customer.Latest, customer.Hash, events, after, at);
            (customer.Latest, customer.Hash) = (after, change.Entries[^1].Hash);
            var unit = new Bare { Changes = [change] };
            committer.Enqueue(unit);
            return unit.Settled;
        }
    }

    private ImmutableArray<CustomerEvent> Create(long key)
    {
        var now = new Instant(_clock);
        var held = new Subscription(new SubscriptionNo(1), null, new PlanId("free"), 1, null, false, true, false, 1, now);
        var grant = new Grant(new GrantNo(2), null, held.No, held.Plan, false, Terms, Terms.Included, Quantity.Zero, Quantity.Zero, Terms.Included, now, now.Plus(TimeSpan.FromDays(30)), null, now);
        return [new CustomerEvent.Created(new CustomerKey(key), new Profile($"customer-{key}")), new CustomerEvent.PlanAttached(held, [grant])];
    }

    private ImmutableArray<CustomerEvent> Track() =>
    [
        new CustomerEvent.Used("messages", Quantity.One, new Instant(_clock), null,
            [new Draw(new GrantNo(2), null, new FeatureId("messages"), new PlanId("free"), new Interval(IntervalUnit.Month), new Instant(1_766_592_000_000), Quantity.One)], true),
    ];

    private sealed class Busy(long key)
    {
        public long Key => key;

        public Customer? Latest { get; set; }

        public byte[] Hash { get; set; } = JournalFormat.FirstHash;
    }

    private sealed class Bare : Unit
    {
        protected override bool Stands() => true;

        protected override void OnSettled(Fate fate)
        {
            if (!fate.IsCommitted) throw new InvalidOperationException($"a unit of the bench was {fate.Kind}");
        }
    }
}
