using System.Collections.Immutable;

namespace Sluice.Core.Tests;

/// <summary>One customer and a clock. Everything goes through the decider, and the journal is kept to be replayed.</summary>
internal sealed class Story
{
    private readonly List<(ImmutableArray<CustomerEvent> Events, Instant At)> _journal = [];
    private readonly LedgerBook _ledger = new();
    private readonly List<Plan> _plans = [];

    private readonly ImmutableArray<Feature> _features;

    /// <param name="features">Those of <see cref="Given"/> when not said.</param>
    public Story(Instant now, ImmutableArray<Feature>? features = null)
    {
        (Now, _features) = (now, features ?? Given.Features);
        Catalog = new Catalog(1, _features, []);
        Enter([new CustomerEvent.Created(new CustomerKey(1), new Profile("c"))]);
    }

    public Instant Now { get; private set; }

    /// <summary>As stored: what is due may not be applied yet.</summary>
    public Customer Stored { get; private set; } = null!;

    public Catalog Catalog { get; private set; }

    /// <summary>As read now.</summary>
    public Customer Read => Due.AsOf(Stored, Catalog, Now);

    public ImmutableArray<CustomerEvent> LastEvents => _journal[^1].Events;

    public int Entries => _journal.Count;

    public void Attach(PlanSketch sketch, string? entity = null, BillingControls? controls = null) =>
        Assert.True(TryAttach(sketch, entity, controls) is Decision.Accepted, $"refused: {sketch.Id}");

    public Decision TryAttach(PlanSketch sketch, string? entity = null, BillingControls? controls = null)
    {
        var terms = sketch.Items.Select((item, at) => item.Terms((_plans.Count * 100) + at + 1)).ToImmutableArray();
        var plan = new Plan(
            new PlanId(sketch.Id), 1, sketch.Id, null, Group: sketch.Group ?? sketch.Id, sketch.AddOn, false, sketch.Priced ? new PlanPrice(new Price(20), Words.Interval("month")) : null,
            terms, null, false, controls, null, null, false, Now);
        _plans.Add(plan);
        Catalog = new Catalog(_plans.Count + 1, _features, _plans);
        // Quantities are said for a feature, not for an item: of two prepaid items of one feature the first speaks.
        var bought = sketch.Items.Where(item => item.Billed == BillingMethod.Prepaid).DistinctBy(item => item.Feature)
            .ToImmutableDictionary(item => new FeatureId(item.Feature), item => Quantity.Of(item.Included + item.BoughtUnits));
        return Decide(new Command.Attach(plan.Id, null, bought, NoBillingChanges: true, SubscriptionId: null) { Entity = entity });
    }

    public Decision Decide(Command command)
    {
        var decision = Decider.Decide(Stored, Catalog, command, Now);
        if (decision is Decision.Accepted accepted)
        {
            foreach (var entry in accepted.Entries) Enter(entry.Events, entry.After);
        }

        return decision;
    }

    public TrackAnswer Do(Command.Track command) => Decide(command) switch
    {
        Decision.Accepted accepted => TrackAnswer.Of(accepted, Catalog, command),
        Decision.Refused refused => throw new Xunit.Sdk.XunitException($"refused: {refused.Refusal}"),
        _ => throw new InvalidOperationException(),
    };

    public TrackAnswer Track(string feature, decimal value = 1, string overage = "cap") => Do(Tracking(feature, value, overage));

    /// <summary>For an entity.</summary>
    public TrackAnswer TrackFor(string entity, string feature, decimal value = 1, string overage = "cap") => Do(Tracking(feature, value, overage) with { Entity = entity });

    public void CreateEntity(string id, string feature = "seats", BillingControls? controls = null) => Accept(new Command.CreateEntity(id, null, new FeatureId(feature), controls));

    public void DeleteEntity(string id) => Accept(new Command.DeleteEntity { Entity = id });

    public CheckAnswer CheckFor(string entity, string feature, decimal required = 1) => Access.Check(Read.Subject(entity), Catalog, Feature(feature), Quantity.Of(required), Now);

    public Balance? BalanceOf(string entity, string feature) => Core.Balance.Of(Read.Subject(entity), Catalog, Feature(feature));

    public void Control(BillingControls controls) => Accept(new Command.ChangeControls(controls));

    /// <summary>Holds usage under an id; null when it does not fit.</summary>
    public TrackAnswer? Hold(string id, string feature, decimal value, Instant? releases = null, string overage = "reject")
    {
        var command = Tracking(feature, value, overage) with { Hold = new HoldTerms(id, releases) };
        return Decide(command) is Decision.Accepted accepted ? TrackAnswer.Of(accepted, Catalog, command) : null;
    }

    public void Confirm(string id, decimal? value = null) => Accept(new Command.Settle(id, value is { } used ? Quantity.Of(used) : null, Released: false, null));

    public void Release(string id) => Accept(new Command.Settle(id, Quantity.Zero, Released: true, null));

    /// <summary>The values of all usage events so far.</summary>
    public IEnumerable<decimal> Usages => _journal.SelectMany(static entry => entry.Events).OfType<CustomerEvent.Used>().Select(static used => used.Value.Value);

    /// <summary>What limits and alerts told so far: "usage 500", "limit included".</summary>
    public IEnumerable<string> Told => _journal.SelectMany(static entry => entry.Events).Select(static happened => happened switch
    {
        CustomerEvent.AlertTriggered alert => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{alert.Alert.Type} {alert.Alert.Threshold}"),
        CustomerEvent.LimitReached limit => $"limit {limit.Limit}",
        _ => null,
    }).OfType<string>();

    public TrackAnswer TrackEvent(string name, decimal value = 1) =>
        Do(new Command.Track(null, name, Quantity.Of(value), OverageBehavior.Cap, null, null));

    /// <summary>The refusal; what was stored must be untouched.</summary>
    public Refusal Refuses(Command command)
    {
        var before = Stored;
        var refused = Assert.IsType<Decision.Refused>(Decide(command));
        Assert.Same(before, Stored);
        return refused.Refusal;
    }

    public static Command.Track Tracking(string feature, decimal value = 1, string overage = "cap", Instant? usedAt = null) =>
        new(new FeatureId(feature), null, Quantity.Of(value), Words.Overage(overage), usedAt, null);

    public CheckAnswer Check(string feature, decimal required = 1, Func<string, string?>? property = null) =>
        Access.Check(Read, Catalog, Feature(feature), Quantity.Of(required), Now, property);

    /// <summary>A check that records its usage when it is allowed; null when it is denied.</summary>
    public CheckAnswer? CheckAndSend(string feature, decimal required = 1)
    {
        var command = Tracking(feature, required, "reject");
        return Decide(command) is Decision.Accepted accepted
            ? Access.Recorded(Catalog, Feature(feature), Quantity.Of(required), TrackAnswer.Of(accepted, Catalog, command))
            : null;
    }

    public Feature Feature(string id) => Catalog.Feature(new FeatureId(id))!;

    public Balance? Balance(string feature) => Core.Balance.Of(Read, Catalog, Feature(feature));

    public void Create(
        string feature, decimal? grant = null, string? id = null, bool unlimited = false, string? every = null, Instant? nextReset = null, Instant? expires = null) =>
        Accept(Creating(feature, grant, id, unlimited, every, nextReset, expires));

    public static Command.CreateBalance Creating(
        string feature, decimal? grant = null, string? id = null, bool unlimited = false, string? every = null, Instant? nextReset = null, Instant? expires = null) =>
        new(new FeatureId(feature), id, grant is { } units ? Quantity.Of(units) : null, unlimited, every is null ? null : Words.Interval(every), nextReset, expires);

    public void Update(
        string feature, decimal? remaining = null, decimal? usage = null, decimal? add = null, decimal? grant = null,
        string? id = null, string? interval = null, Instant? nextReset = null, Instant? expires = null) =>
        Accept(Updating(feature, remaining, usage, add, grant, id, interval, nextReset, expires));

    public static Command.UpdateBalance Updating(
        string feature, decimal? remaining = null, decimal? usage = null, decimal? add = null, decimal? grant = null,
        string? id = null, string? interval = null, Instant? nextReset = null, Instant? expires = null) => new(
            Selecting(feature, id, interval),
            remaining is { } r ? new BalanceChange.SetRemaining(Quantity.Of(r))
                : usage is { } u ? new BalanceChange.SetUsage(Quantity.Of(u))
                : add is { } a ? new BalanceChange.Add(Quantity.Of(a)) : null,
            grant is { } g ? Quantity.Of(g) : null, nextReset, expires);

    public void Delete(string? feature = null, string? id = null, string? interval = null) => Accept(Deleting(feature, id, interval));

    public static Command.DeleteBalance Deleting(string? feature = null, string? id = null, string? interval = null) => new(Selecting(feature, id, interval));

    /// <summary>Written down as it is: what no command leads to yet.</summary>
    public void Happen(CustomerEvent happened) => Enter([happened]);

    public void Accept(Command command) => Assert.True(Decide(command) is Decision.Accepted, $"refused: {command}");

    public void AdvanceTo(Instant now) => Now = now;

    public void Advance(int days = 0, int hours = 0) => Now = Now.Plus(TimeSpan.FromDays(days) + TimeSpan.FromHours(hours));

    public void AdvanceToNextReset(string feature) => Now = Balance(feature)!.NextResetAt!.Value;

    /// <summary>The journal alone, read from the start.</summary>
    public Customer Replayed => _journal.Aggregate((Customer?)null, (state, entry) => CustomerState.ApplyEntry(state, entry.Events, entry.At))!;

    private static GrantSelector Selecting(string? feature, string? id, string? interval) =>
        new(feature is null ? null : new FeatureId(feature), id, null, interval is null ? null : Words.Interval(interval).Unit);

    private void Enter(ImmutableArray<CustomerEvent> events, Customer? after = null)
    {
        _journal.Add((events, Now));
        var (told, lines) = Ledger.Of(Stored, events, Now);
        Stored = after ?? told;
        _ledger.Add(lines);
        _ledger.Check(Stored);
    }
}
