using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Core;

/// <summary>What a plan costs: in advance for a period, unused of a period, used in a period. Lines without discounts.</summary>
internal sealed class Charging(Catalog catalog, Currency currency)
{
    /// <param name="Runs">Of each recurring price, with nothing charged yet.</param>
    public readonly record struct Opened(ImmutableArray<DraftLine> Lines, ImmutableArray<PriceRun> Runs);

    /// <summary>A plan from <paramref name="at"/> on: to the end of the period that holds it, by its share; once what is paid once.</summary>
    /// <param name="prorates">False = what is left of a running period costs nothing.</param>
    /// <param name="only">Only prices of this interval; null = all.</param>
    public Opened Open(Subscription subscription, Instant at, bool prorates = true, Interval? only = null)
    {
        var (lines, runs) = (ImmutableArray.CreateBuilder<DraftLine>(), ImmutableArray.CreateBuilder<PriceRun>());
        var incoming = subscription.Incoming!;
        if (subscription.Price is { } price && (only ?? price.Interval) == price.Interval) Advance(subscription, null, null, price.Interval, Base(price), Quantity.One, at, prorates, lines, runs);
        for (var i = 0; i < incoming.Items.Length; i++)
        {
            if (incoming.Items[i].Price is not { } rate || (only ?? rate.Interval) != rate.Interval) continue;
            Item(subscription, new GrantNo(subscription.No.Value + 1 + i), incoming.Items[i], incoming.Bought[i], at, prorates, lines, runs);
        }

        return new Opened(lines.DrainToImmutable(), runs.DrainToImmutable());
    }

    /// <summary>A plan that began in the past: every period since then, the running one whole.</summary>
    public Opened OpenSince(Subscription subscription, Instant since, Instant now)
    {
        var (lines, runs) = (ImmutableArray.CreateBuilder<DraftLine>(), ImmutableArray.CreateBuilder<PriceRun>());
        var intervals = subscription.Incoming!.Items.Select(static item => item.Price?.Interval).Append(subscription.Price?.Interval).OfType<Interval>().Distinct();
        foreach (var interval in intervals)
        {
            for (Instant? from = since; from is { } at && at <= now; from = interval.NextAfter(since, at))
            {
                var opened = Open(subscription, at, only: interval);
                lines.AddRange(opened.Lines);
                if (!(interval.NextAfter(since, at) <= now)) runs.AddRange(opened.Runs);
            }
        }

        return new Opened(lines.DrainToImmutable(), runs.DrainToImmutable());
    }

    /// <summary>One price for the period that begins at <paramref name="at"/>.</summary>
    public Opened Next(Subscription subscription, GrantNo? item, ItemTerms? terms, Quantity bought, Instant at)
    {
        var (lines, runs) = (ImmutableArray.CreateBuilder<DraftLine>(1), ImmutableArray.CreateBuilder<PriceRun>(1));
        if (item is { } no) Item(subscription, no, terms!, bought, at, prorates: true, lines, runs);
        else Advance(subscription, null, null, subscription.Price!.Interval, Base(subscription.Price), Quantity.One, at, prorates: true, lines, runs);
        return new Opened(lines.DrainToImmutable(), runs.DrainToImmutable());
    }

    /// <summary>What was paid in advance for the time after <paramref name="at"/>; nothing of what is not paid yet.</summary>
    public IEnumerable<DraftLine> Unused(Customer customer, Subscription subscription, Instant at, Func<PriceRun, bool>? which = null)
    {
        foreach (var run in subscription.Runs)
        {
            if (!run.Charged.IsPositive || run.Period.End <= at || which?.Invoke(run) == false) continue;
            if (run.Invoice is { } invoice && customer.Billing.Find(invoice) is not null) continue;
            var period = new BillingPeriod(Instant.Max(at, run.Period.Start), run.Period.End);
            var grant = run.Item is { } no ? customer.Grant(no, subscription.Entity) ?? subscription.Aside.FirstOrDefault(aside => aside.No == no) : null;
            yield return Line(LineKind.Unused, subscription, run.Item, grant?.Feature, -(run.Charged.Major * run.Period.Left(at)), grant?.Starting ?? Quantity.One, period);
        }
    }

    /// <summary>Amounts that waited for the next invoice, when their plan goes or changes again before it: what was charged counts up to now.</summary>
    public static IEnumerable<DraftLine> Settled(IEnumerable<DraftLine> deferred, Instant now)
    {
        foreach (var line in deferred)
        {
            if (line is not { Kind: LineKind.Charge, Period: { } period } || period.End <= now) yield return line;
            else if (period.Start < now) yield return line with { Amount = line.Amount * (1m - period.Left(now)), Period = period with { End = now } };
        }
    }

    /// <summary>Use beyond what is included, since the balance was last reset.</summary>
    /// <param name="which">The running periods that are closed.</param>
    public IEnumerable<DraftLine> Used(Customer customer, Subscription subscription, Instant at, Func<PriceRun, Grant, bool> which)
    {
        if (!catalog.Policy.BillsOverage || customer.Config.DisableOverageBilling) yield break;
        foreach (var run in subscription.Runs)
        {
            if (run.Item is not { } no || customer.Grant(no, subscription.Entity) is not { Terms: { IsUsageBased: true, IsChargedWhenTaken: false } } grant || !which(run, grant)) continue;
            var over = grant.IsShared ? Quantity.Total(customer.Entities.Shares(grant.No).Overage) : grant.Overage;
            if (!over.IsPositive || IsForgiven(customer, subscription.Entity, grant.Feature)) continue;
            var cost = Cost(grant.Terms.Price!, over, grant.Included);
            yield return Line(LineKind.Usage, subscription, no, grant.Feature, cost, over, new BillingPeriod(run.Period.Start, Instant.Max(at, run.Period.Start)));
        }
    }

    public DraftLine Line(LineKind kind, Subscription of, GrantNo? item, FeatureId? feature, decimal amount, Quantity quantity, BillingPeriod? period) =>
        Line(kind, of.Plan, of.Version, feature, amount, quantity, period) with { Subscription = of.No, Entity = of.Entity, Item = item };

    /// <summary>Of a plan that nobody need hold.</summary>
    public DraftLine Line(LineKind kind, PlanId of, int version, FeatureId? feature, decimal amount, Quantity quantity, BillingPeriod? period)
    {
        amount = Math.Clamp(amount, -Rating.Most, Rating.Most);
        var plan = catalog.Plan(of, version)?.Name ?? of.Value;
        var name = feature is { } id ? catalog.Feature(id)?.Name ?? id.Value : plan;
        var what = feature is null ? $"{plan} - Base Price" : $"{plan} - {quantity} {name}";
        var when = period is { } span ? $" (from {Day(span.Start)} to {Day(span.End)})" : "";
        return new DraftLine(kind, name, $"{(kind == LineKind.Unused ? "Unused " : "")}{what}{when}", amount, of, null, null, null, feature, quantity, period);
    }

    /// <summary>As <see cref="Rating.Cost"/>, at the amounts of the customer's currency.</summary>
    public decimal Cost(ItemPrice price, Quantity beyond, Quantity included) => Rating.Cost(price.In(currency), beyond, included);

    public decimal Base(PlanPrice price) => Math.Min(Rating.Most, price.In(currency).Amount.Amount);

    // A recurring price opens a period; bought or base prices charge its share of the cycle.
    private void Item(
        Subscription subscription, GrantNo no, ItemTerms terms, Quantity bought, Instant at, bool prorates, ImmutableArray<DraftLine>.Builder lines, ImmutableArray<PriceRun>.Builder runs)
    {
        var price = terms.Price!;
        var cost = terms.IsPaidAhead ? Cost(price, bought, terms.Included) : 0m;
        Advance(subscription, no, terms.Feature, price.Interval, cost, terms.Included + bought, at, prorates, lines, runs);
    }

    private void Advance(
        Subscription subscription, GrantNo? item, FeatureId? feature, Interval interval, decimal amount, Quantity quantity, Instant at, bool prorates, ImmutableArray<DraftLine>.Builder lines, ImmutableArray<PriceRun>.Builder runs)
    {
        if (!interval.Recurs)
        {
            if (amount != 0m || item is null) lines.Add(Line(LineKind.Charge, subscription, item, feature, amount, quantity, null));
            return;
        }

        var isTrial = subscription.TrialEnd is { } trialEnd && trialEnd > at;
        var cycle = isTrial ? new BillingPeriod(at, subscription.TrialEnd!.Value)
            : Cycle.Of(interval, subscription.Anchor!.Value, at);
        var period = cycle with { Start = at };
        runs.Add(new PriceRun(item, period, Money.Zero(currency)));
        if (isTrial) amount = 0m;
        if (prorates && (amount != 0m || item is null)) lines.Add(Line(LineKind.Charge, subscription, item, feature, amount * cycle.Left(at), quantity, period));
    }

    // A spend limit may say that what it lets through is not charged.
    private bool IsForgiven(Customer customer, EntityNo? entity, FeatureId feature)
    {
        var subject = entity is { } no ? new Subject(customer, customer.Entities.Find(no)) : new Subject(customer);
        return EffectiveControls.Of(subject, catalog).Spend(feature) is { } spend && spend.Limits.Any(static limit => limit is { Enabled: true, SkipOverageBilling: true });
    }

    private static string Day(Instant moment) => moment.ToUtc().ToString("d MMM yyyy", CultureInfo.InvariantCulture);
}
