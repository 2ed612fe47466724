using System.Diagnostics.Metrics;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Operations;

/// <summary>
/// Everything that is counted, in one meter: who listens is none of its business, and where nobody does it costs nothing. No
/// label ever holds what is a customer's. docs/operations.md lists what there is.
/// </summary>
internal sealed class Measures : IDisposable
{
    public const string MeterName = "Sluice";
    private const string Seconds = "s";

    private static readonly InstrumentAdvice<double> Durations = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };
    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096] };
    private static readonly string[] Classes = ["0xx", "1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly Histogram<double> _requests;
    private readonly Histogram<int> _commitSizes;
    private readonly Histogram<double> _commits;
    private readonly Counter<long> _limited;
    private readonly Counter<long> _invariants;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _retired;

    public Meter Meter { get; } = new(MeterName);

    public Measures()
    {
        _requests = Meter.CreateHistogram("sluice.request.duration", Seconds, "Time from a request's arrival to its answer, by operation and class of status.", [], Durations);
        _commits = Meter.CreateHistogram("sluice.commit.duration", Seconds, "Time the store took to make a batch durable.", [], Durations);
        _commitSizes = Meter.CreateHistogram("sluice.commit.size", "{unit}", "Units (mostly one request each) in a batch.", [], Sizes);
        _limited = Meter.CreateCounter<long>("sluice.requests.limited", "{request}", "Requests refused by a rate limit, by its group.");
        _invariants = Meter.CreateCounter<long>("sluice.invariant.failures", "{failure}", "Contradictions that Sluice found in itself: each is a bug.");
        _retired = Meter.CreateCounter<long>("sluice.journal.retired", "{entry}", "Entries of the journal that retention let go.");
        _errors = Meter.CreateCounter<long>("sluice.log.errors", "{error}", "Lines that were logged as errors.");
    }

    public void Served(string operation, int status, TimeSpan took) => _requests.Record(took.TotalSeconds, new("operation", operation), new("status", Classes[status / 100]));

    public void Committed(int units, TimeSpan took)
    {
        _commits.Record(took.TotalSeconds);
        _commitSizes.Record(units);
    }

    public void Limited(string group) => _limited.Add(1, new KeyValuePair<string, object?>("group", group));

    public void Retired(int entries) => _retired.Add(entries);

    public void Logged(Exception? failure)
    {
        _errors.Add(1);
        if (failure is InvariantViolation) _invariants.Add(1);
    }

    /// <summary>What is not told but asked for, whenever somebody looks. Called once.</summary>
    public void Watch(Committer committer, CommitterLimits limits, ScopeDirectory scopes, CustomerDirectory customers, Backlogs backlogs)
    {
        // Zeros first: an alert on a counter that is not there would never go off.
        _invariants.Add(0);
        _errors.Add(0);
        _retired.Add(0);
        Meter.CreateObservableCounter("sluice.commit.failures", () => committer.Faults, "{batch}", "Batches whose commit failed.");
        Meter.CreateObservableGauge("sluice.commit.running", () => committer.Writing.TotalSeconds, Seconds, "How long the commit that is under way has taken so far.");
        Meter.CreateObservableGauge("sluice.queue.depth", () => committer.PlacesTaken, "{request}", "Changes that wait for the disk.");
        Meter.CreateObservableGauge("sluice.queue.limit", () => limits.Places, "{request}", "Changes that may wait; more are refused with 429.");
        Meter.CreateObservableGauge("sluice.customers.cached", () => scopes.All.Sum(static scope => (long)scope.Cells.Count), "{customer}", "Customers in memory.");
        Meter.CreateObservableCounter("sluice.customers.lookups", () => Lookups(customers), "{lookup}", "Customers looked for in memory, by whether they were there.");
        Meter.CreateObservableGauge("sluice.due.customers", () => Of(backlogs, static seen => seen.Backlog.Customers), "{customer}", "Customers with something due that is not stored yet.");
        Meter.CreateObservableGauge("sluice.due.lateness", () => Of(backlogs, static seen => seen.Late(seen.Backlog.CustomersSince)), Seconds, "How long the longest due of them has been due.");
        Meter.CreateObservableGauge("sluice.payments.waiting", () => Of(backlogs, static seen => seen.Backlog.PaymentTasks), "{task}", "Questions to the payment provider without an answer.");
        Meter.CreateObservableGauge("sluice.payments.lateness", () => Of(backlogs, static seen => seen.Late(seen.Backlog.PaymentsSince)), Seconds, "How long the longest due of them has been due.");
        Meter.CreateObservableGauge("sluice.webhooks.lanes", () => Of(backlogs, static seen => seen.Backlog.WebhookLanes), "{lane}", "Customers at an endpoint with webhooks that wait.");
        Meter.CreateObservableGauge("sluice.webhooks.lanes.due", () => Of(backlogs, static seen => seen.Backlog.WebhookLanesDue), "{lane}", "Of these, with a webhook that could be sent now.");
        Meter.CreateObservableGauge("sluice.referrals.waiting", () => Of(backlogs, static seen => seen.Backlog.Referrals), "{reward}", "Rewards for referrals that were earned and could be given now.");
    }

    public void Dispose() => Meter.Dispose();

    // Nothing while it is not known: a database that cannot be reached must not look like one where nothing waits.
    private static IEnumerable<Measurement<T>> Of<T>(Backlogs backlogs, Func<Backlogs.Seen, T> value)
        where T : struct => backlogs.Last is { } seen ? [new Measurement<T>(value(seen))] : [];

    private static IEnumerable<Measurement<long>> Lookups(CustomerDirectory customers) =>
    [
        new(customers.Hits, new KeyValuePair<string, object?>("result", "hit")),
        new(customers.Misses, new KeyValuePair<string, object?>("result", "miss")),
    ];
}
