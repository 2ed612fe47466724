using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Naive;

namespace Sluice.Core.Tests.Model;

/// <summary>The engine and the naive customer, living the same story. Both must say the same after each line.</summary>
internal sealed class Pair
{
    private static readonly string[] Unseen = ["ai"];

    private readonly Story _engine = new(Given.Start);
    private TrackAnswer? _answer;

    private readonly NaiveCustomer _naive = new(Things, At(Given.Start));

    private static IEnumerable<Thing> Things => Given.Features.Where(feature => !Unseen.Contains(feature.Id.Value)).Select(feature => new Thing(
        feature.Id.Value,
        feature.IsBoolean ? "flag" : feature.IsCredits ? "credits" : feature.Consumable ? "counted" : "seats",
        feature.EventNames.FirstOrDefault(),
        feature.IsCredits ? feature.CreditSchema.ToDictionary(cost => cost.Feature.Value, cost => cost.Cost.Value) : null));

    /// <summary>What differs first; null when nothing does.</summary>
    public static string? Difference(IReadOnlyList<Step> story)
    {
        var pair = new Pair();
        for (var at = 0; at < story.Count; at++)
        {
            string? difference;
            try
            {
                difference = pair.Live(story[at]);
            }
            catch (Exception failure)
            {
                difference = failure.ToString();
            }

            if (difference is not null) return $"after line {at + 1}: {difference}";
        }

        return Told(pair._engine.Stored) == Told(pair._engine.Replayed) ? null : "the journal alone gives another customer";
    }

    private string? Live(Step step)
    {
        if (step is Step.Wait wait)
        {
            _engine.AdvanceTo(_engine.Now.Plus(wait.Time));
            _naive.AdvanceTo(_naive.Now + wait.Time);
            return Differs();
        }

        if (step is Step.Check { Send: false } check)
        {
            var isAllowed = _naive.Check(check.Entity, check.Feature, check.Required, check.Model);
            return EngineChecks(check.Entity, check.Feature, check.Required, check.Model) == isAllowed ? null : $"the naive customer says {isAllowed}";
        }

        var refusal = NaiveSays(step);
        var said = Engine(step);
        _naive.AdvanceTo(_naive.Now);
        return said == refusal ? AnswersDiffer(said) ?? Differs() : $"the engine says {said ?? "yes"}, the naive customer {refusal ?? "yes"}";
    }

    private string? NaiveSays(Step step) => step switch
    {
        Step.Attach s => _naive.Attach(s.Offer, s.Entity),
        Step.Create s => _naive.Create(s.Item, s.Id, s.Entity, _naive.Now + s.Resets, _naive.Now + s.Ends),
        Step.Update s => _naive.Update(s.Feature, s.Entity, s.Id, s.Unit, s.Change, s.Amount, s.Grant, _naive.Now + s.Ends, _naive.Now + s.Resets),
        Step.Delete s => _naive.Delete(s.Feature, s.Entity, s.Id, s.Unit, s.AndRecalculate),
        Step.Recalculate s => _naive.Recalculate(s.Feature, s.Entity),
        Step.Check s => _naive.Track(s.Feature, null, s.Required, "reject", s.Entity, s.Model),
        Step.Track s => _naive.Track(s.Feature, s.Event, s.Value, s.Mode, s.Entity, s.Model),
        Step.Place s => _naive.Track(s.Feature, null, s.Value, s.Mode, s.Entity, hold: (s.Id, s.Ends)),
        Step.Settle s => _naive.Settle(s.Id, s.Value),
        Step.CreateEntity s => _naive.CreateEntity(s.Id, s.Feature),
        Step.DeleteEntity s => _naive.DeleteEntity(s.Id),
        Step.Control s => _naive.Control(s.Entity, s.Rules),
        Step.Apart s => Switched(s.On),
        _ => throw new InvalidOperationException(step.ToString()),
    };

    private string? Switched(bool on)
    {
        _naive.Apart = on;
        return null;
    }

    private string? Engine(Step step)
    {
        _answer = null;
        if (step is Step.Attach attach) return Attached(attach);
        Command command = step switch
        {
            Step.Create s => new Command.CreateBalance(
                new FeatureId(s.Item.Feature), s.Id, s.Item.Unlimited || _engine.Feature(s.Item.Feature).IsBoolean ? null : Quantity.Of(s.Item.Included), s.Item.Unlimited, s.Item.Unit is null ? null : Words.Interval(s.Item.Unit, s.Item.Count),
                In(s.Resets), In(s.Ends), s.Item.Saves is { } saves ? new RolloverDraft(Q(saves.Most), Q(saves.Percent), Kept(saves), saves.Months) : null) { Entity = s.Entity },
            Step.Update s => new Command.UpdateBalance(Select(s.Feature, s.Id, s.Unit), Change(s), Q(s.Grant), In(s.Resets), In(s.Ends)) { Entity = s.Entity },
            Step.Delete s => new Command.DeleteBalance(Select(s.Feature, s.Id, s.Unit), s.AndRecalculate) { Entity = s.Entity },
            Step.Recalculate s => new Command.RecalculateBalance(new FeatureId(s.Feature)) { Entity = s.Entity },
            Step.Check s => Story.Tracking(s.Feature, s.Required, "reject") with { Entity = s.Entity, Property = Property(s.Model) },
            Step.Track s => new Command.Track(s.Feature is null ? null : new FeatureId(s.Feature), s.Event, Quantity.Of(s.Value), Words.Overage(s.Mode), null, null) { Entity = s.Entity, Property = Property(s.Model) },
            Step.Place s => Story.Tracking(s.Feature, s.Value, s.Mode) with { Entity = s.Entity, Hold = new HoldTerms(s.Id, In(s.Ends)) },
            Step.Settle s => new Command.Settle(s.Id, Q(s.Value), Released: false, null),
            Step.CreateEntity s => new Command.CreateEntity(s.Id, null, new FeatureId(s.Feature), null),
            Step.DeleteEntity s => new Command.DeleteEntity { Entity = s.Id },
            Step.Control { Entity: null } s => new Command.ChangeControls(Of(s.Rules)),
            Step.Control s => new Command.UpdateEntity(null, Of(s.Rules)) { Entity = s.Entity },
            Step.Apart s => new Command.ChangeConfig(s.On, null),
            _ => throw new InvalidOperationException(step.ToString()),
        };
        var decision = _engine.Decide(command);
        _answer = decision is Decision.Accepted accepted && command is Command.Track track ? TrackAnswer.Of(accepted, _engine.Catalog, track) : null;
        return Word(decision);
    }

    private string? AnswersDiffer(string? refusal)
    {
        if (refusal is not null || _answer is not { } answer || answer.Draws.IsDefault) return null;
        var engine = $"{answer.Balance?.Feature} {string.Join(", ", answer.Draws.Select(draw => $"{draw.Feature} {N(draw.Amount.Value)}").Order(StringComparer.Ordinal))}";
        var naive = $"{_naive.Answered.Feature} {string.Join(", ", _naive.Answered.Drawn)}";
        return engine == naive ? null : $"the engine answers with {engine}, the naive customer with {naive}";
    }

    private string? Attached(Step.Attach step) => Word(_engine.TryAttach(
        new PlanSketch(step.Offer.Id, step.Offer.AddOn, false, [.. step.Offer.Items.Select(Sketch)]) { Group = step.Offer.Group }, step.Entity, Of(step.Offer.Rules)));

    private static ItemSketch Sketch(Item item) => new(item.Feature, item.Unlimited ? 0m : item.Included)
    {
        Interval = item.Unlimited ? null : item.Unit,
        Count = item.Count,
        IsUnlimited = item.Unlimited,
        Billed = item.Billed switch { "use" => BillingMethod.UsageBased, "prepaid" => BillingMethod.Prepaid, _ => null },
        Max = item.Most,
        BoughtUnits = item.Bought,
        PerEntity = item.Per,
        IsPooled = item.Pooled,
        Saved = item.Saves is { } saves ? new Rollover(Q(saves.Most), Q(saves.Percent), Kept(saves), saves.Months ?? 1) : null,
    };

    // Everything that can be seen, side by side.
    private string? Differs()
    {
        var (engine, naive) = (new List<string>(), new List<string>());
        var customer = _engine.Read;
        foreach (var grant in customer.Grants) engine.Add(Line(grant));
        foreach (var row in _naive.Rows.Where(row => row.Entity is null)) naive.Add(Line(row));
        foreach (var entity in customer.Entities)
        {
            foreach (var grant in entity.Own.Grants) engine.Add($"{entity.Id} {Line(grant)}");
        }

        foreach (var entity in _naive.Entities)
        {
            foreach (var row in _naive.Rows.Where(row => row.Entity == entity.No)) naive.Add($"{entity.Id} {Line(row)}");
        }

        engine.AddRange(customer.Holds.All.Select(hold => hold.Id).Order(StringComparer.Ordinal));
        naive.AddRange(_naive.Holds);
        foreach (var entity in _naive.Entities.Select(entity => entity.Id).Prepend(null))
        {
            foreach (var thing in Things) Look(entity, thing.Id, customer, engine, naive);
        }

        return engine.Except(naive).Concat(naive.Except(engine)).FirstOrDefault() is null && engine.Count == naive.Count ? null
            : $"\n  engine: {string.Join("\n          ", engine.Except(naive))}\n  naive:  {string.Join("\n          ", naive.Except(engine))}";
    }

    private void Look(string? entityId, string feature, Customer customer, List<string> engine, List<string> naive)
    {
        var subject = customer.Subject(entityId);
        var entity = _naive.Entities.Find(each => each.Id == entityId)?.No;
        if (!_engine.Feature(feature).IsBoolean)
        {
            if (Balance.Of(subject, _engine.Catalog, _engine.Feature(feature)) is { } balance)
                engine.Add(Line(entityId, feature, balance.Granted.Value, balance.Remaining.Value, balance.Usage.Value, balance.Unlimited, balance.OverageAllowed, balance.NextResetAt is { } at ? At(at) : null, balance.Unlimited ? [] : balance.Rows.Select(row => row.Included.Value + row.Prepaid.Value + row.Adjustment.Value)));
            if (_naive.See(entity, feature) is { } sight)
                naive.Add(Line(entityId, feature, sight.Granted, sight.Left, sight.Used, sight.Unlimited, sight.Overage, sight.Resets, sight.Unlimited ? [] : sight.Rows.Select(row => row.IsParent ? _naive.Rows.Where(share => share.Parent == row).Sum(share => share.Granted) : row.Granted)));
        }

        var limits = (subject.Entity?.Own ?? customer.Own).Controls.UsageLimits;
        foreach (var limit in limits.IsDefault ? [] : limits.RemoveAll(limit => limit.Feature.Value != feature))
        {
            var word = $"{entityId} limit of {feature}: ";
            engine.Add(word + N(UsageLimits.Used(subject, _engine.Catalog, limit, _engine.Now).Value));
            naive.Add(word + N(_naive.Counted(entity, new Limit(feature, 0m, limit.Interval.ToString().ToLowerInvariant(), Calendar: limit.Anchor == WindowAnchor.Utc, Model: limit.Filter?.Properties[0].Value))));
        }

        engine.Add($"{entityId} check {feature}: {EngineChecks(entityId, feature, 1m, null)}");
        naive.Add($"{entityId} check {feature}: {_naive.Check(entityId, feature, 1m)}");
    }

    private bool EngineChecks(string? entity, string feature, decimal required, string? model) =>
        (entity is null || _engine.Read.Entities.Find(entity) is not null)
        && Access.Check(_engine.Read.Subject(entity), _engine.Catalog, _engine.Feature(feature), Quantity.Of(required), _engine.Now, Property(model)).Allowed;

    private static string Line(string? entity, string feature, decimal granted, decimal left, decimal used, bool unlimited, bool overage, DateTime? resets, IEnumerable<decimal> rows) =>
        $"{entity} reads {feature}: granted {N(granted)} remaining {N(left)} usage {N(used)}{(unlimited ? " unlimited" : "")}{(overage ? " overage" : "")} resets {T(resets)} rows {string.Join(' ', rows.Select(N))}";

    // A parent's own balance is drawn on by nobody.
    private static string Line(Grant grant) => Line(
        grant.BalanceId, grant.Feature.Value, grant.Granted.Value, grant.IsShared ? 0m : grant.Balance.Value, grant.NextResetAt is { } reset ? At(reset) : null, grant.ExpiresAt is { } end ? At(end) : null,
        grant.Rollovers.Select(saved => (saved.Balance.Value, saved.Used.Value, saved.ExpiresAt is { } at ? At(at) : (DateTime?)null)));

    private static string Line(Row row) => Line(
        row.Id, row.Item.Feature, row.Granted, row.IsParent ? 0m : row.Left, row.Resets, row.Ends, row.Saved.Select(saved => (saved.Left, saved.Used, saved.Ends)));

    private static string Line(string? id, string feature, decimal granted, decimal left, DateTime? resets, DateTime? ends, IEnumerable<(decimal Left, decimal Used, DateTime? Ends)> saved) =>
        $"balance {id} {feature}: {N(left)} of {N(granted)} resets {T(resets)} ends {T(ends)} saved {string.Join(' ', saved.OrderBy(one => one.Ends ?? DateTime.MaxValue).Select(one => $"{N(one.Left)}+{N(one.Used)}/{T(one.Ends)}"))}";

    private static string Told(Customer customer) => string.Join('\n', customer.Grants.Concat(customer.Entities.SelectMany(entity => entity.Own.Grants)).Select(Line)
        .Append($"{customer.NextDue} {customer.LastNo} {customer.Version} {string.Join(' ', customer.Holds.All.Select(hold => hold.Id))}"));

    private static string? Word(Decision decision) => decision is not Decision.Refused { Refusal.Code: var code } ? null
        : code is RefusalCode.InvalidInputs or RefusalCode.InvalidRequest ? "invalid" : JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());

    private static GrantSelector Select(string? feature, string? id, string? unit) => new(feature is null ? null : new FeatureId(feature), id, null, unit is null ? null : Words.Interval(unit).Unit);

    private static BalanceChange? Change(Step.Update step) => step.Change switch
    {
        null => null,
        "remaining" => new BalanceChange.SetRemaining(Quantity.Of(step.Amount)),
        "usage" => new BalanceChange.SetUsage(Quantity.Of(step.Amount)),
        _ => new BalanceChange.Add(Quantity.Of(step.Amount)),
    };

    private static BillingControls Of(Rules controls) => new(
        List(controls.Spends, spend => new SpendLimit(new FeatureId(spend.Feature), spend.On, spend.Percent ? SpendLimitType.UsagePercentage : null, Quantity.Of(spend.Most))),
        List(controls.Limits, limit => new UsageLimit(
            new FeatureId(limit.Feature), Quantity.Of(limit.Most), Words.Interval(limit.Unit).Unit, limit.On, limit.Calendar ? WindowAnchor.Utc : null,
            limit.Model is null ? null : PropertyFilter.Of([new PropertyMatch("model", limit.Model, new JsonText($"\"{limit.Model}\""))]))),
        List(controls.Switches, one => new OverageSwitch(new FeatureId(one.Feature), one.On)));

    private static ImmutableArray<TTo> List<TFrom, TTo>(TFrom[]? from, Func<TFrom, TTo> to) => from is null ? default : [.. from.Select(to)];

    private static RolloverExpiry Kept(Saving saving) => saving.Months is null ? RolloverExpiry.Forever : RolloverExpiry.Month;

    private static Func<string, string?>? Property(string? model) => model is null ? null : name => name == "model" ? model : null;

    private Instant? In(TimeSpan? time) => time is { } span ? _engine.Now.Plus(span) : null;

    private static Quantity? Q(decimal? value) => value is { } units ? Quantity.Of(units) : null;

    private static DateTime At(Instant instant) => instant.ToUtc();

    private static string N(decimal value) => value.ToString("0.##########", CultureInfo.InvariantCulture);

    private static string T(DateTime? at) => at?.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "-";
}
