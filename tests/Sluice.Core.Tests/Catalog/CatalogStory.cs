using System.Collections.Immutable;

namespace Sluice.Core.Tests;

/// <summary>
/// The catalog the tests start from. Features: messages (used up), seats (held), dash (a flag), action1 and action2
/// (used up, drawing on credits). Plans: free (100 messages a month, enables itself) and pro ($20 a month: 1,000
/// messages, then $0.5 per 10; dash; 50 credits a month).
/// </summary>
internal static class CatalogStory
{
    public static readonly Instant Now = Instant.Of(new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero));
    public static readonly Interval Month = new(IntervalUnit.Month);
    public static readonly Interval Year = new(IntervalUnit.Year);
    public static readonly Interval Week = new(IntervalUnit.Week);
    public static readonly Interval OneOff = Interval.OneOff;

    public static readonly PlanId Free = new("free");
    public static readonly PlanId Pro = new("pro");

    public static readonly Catalog Start = Catalog.Empty
        .With(new CreateFeature(Id("messages"), "Messages", FeatureType.Metered) { Consumable = true })
        .With(new CreateFeature(Id("seats"), "Seats", FeatureType.Metered) { Consumable = false })
        .With(new CreateFeature(Id("dash"), "Dashboard", FeatureType.Boolean))
        .With(new CreateFeature(Id("action1"), "Action 1", FeatureType.Metered) { Consumable = true })
        .With(new CreateFeature(Id("action2"), "Action 2", FeatureType.Metered) { Consumable = true })
        .With(new CreateFeature(Id("credits"), "Credits", FeatureType.CreditSystem) { CreditSchema = [Cost("action1", 0.2m), Cost("action2", 0.6m)] })
        .With(new CreatePlan(Free, "Free") { AutoEnable = true, Items = [Item("messages", 100, Month)] })
        .With(new CreatePlan(Pro, "Pro")
        {
            Price = Dollars(20, Month),
            Items = [Item("messages", 1000, Month) with { Price = ByUse(0.5m, Month) with { BillingUnits = Units(10) } }, Item("dash"), Item("credits", 50, Month)],
        });

    public static FeatureId Id(string id) => new(id);

    public static Quantity Units(decimal value) => Quantity.Of(value);

    public static CreditCost Cost(string feature, decimal cost) => new(Id(feature), Units(cost));

    public static ItemDraft Item(string feature, decimal? included = null, Interval? reset = null) =>
        new(Id(feature)) { Included = included is { } units ? Units(units) : null, Reset = reset };

    public static PlanPrice Dollars(decimal amount, Interval interval) => new(new Price(amount), interval);

    public static PriceDraft ByUse(decimal amount, Interval interval) => new(BillingMethod.UsageBased, interval) { Amount = new Price(amount) };

    public static PriceDraft Prepaid(decimal amount, Interval interval) => new(BillingMethod.Prepaid, interval) { Amount = new Price(amount) };

    /// <summary>Tiers as pairs of end and amount; null = no end.</summary>
    public static ImmutableArray<PriceTier> Tiers(params (decimal? To, decimal Amount)[] tiers) =>
        [.. tiers.Select(tier => new PriceTier(tier.To is { } to ? Units(to) : null, new Price(tier.Amount), null))];

    public static CreatePlan PlanOf(params ItemDraft[] items) => new(new PlanId("new"), "New") { Items = [.. items] };

    public static CatalogContext Context(Catalog catalog, int daysLater = 0) => new(
        catalog,
        new TermsId(catalog.Plans.SelectMany(plan => plan.Items).Select(item => item.Id.Value).DefaultIfEmpty(0).Max() + 1),
        Now.Plus(TimeSpan.FromDays(daysLater)));

    public static Catalog With(this Catalog catalog, CreateFeature command) => FeatureRules.Create(Context(catalog), command).Accepted();

    public static Catalog With(this Catalog catalog, CreatePlan command) => PlanRules.Create(Context(catalog), command).Accepted();

    public static Catalog With(this Catalog catalog, UpdatePlan command, PlanUse? use = null) =>
        PlanRules.Update(Context(catalog, daysLater: 1), command, use ?? PlanUse.None).Accepted();

    public static Catalog With(this Catalog catalog, UpdateFeature command) =>
        FeatureRules.Update(Context(catalog), command, new FeatureUse(EverGranted: false)).Accepted();

    public static Catalog Accepted(this CatalogDecision decision) => decision switch
    {
        CatalogDecision.Accepted accepted => accepted.After,
        CatalogDecision.Refused refused => throw new InvalidOperationException($"refused ({refused.Refusal.Code}): {refused.Refusal.Message}"),
        _ => throw new InvalidOperationException(),
    };

    public static CatalogEdit Edit(this CatalogDecision decision)
    {
        decision.Accepted();
        return ((CatalogDecision.Accepted)decision).Edit;
    }

    public static Refusal Refused(this CatalogDecision decision) => decision is CatalogDecision.Refused refused
        ? refused.Refusal
        : throw new InvalidOperationException("accepted, where a refusal was expected");

    public static PlanUse HeldNow(params int[] versions) => new(versions.ToImmutableDictionary(version => version, _ => new VersionUse(Held: true, EverHeld: true)));

    public static PlanUse HeldOnce(params int[] versions) => new(versions.ToImmutableDictionary(version => version, _ => new VersionUse(Held: false, EverHeld: true)));

    /// <summary>An item as read, sent back.</summary>
    public static ItemDraft Resend(ItemTerms item) => new(item.Feature)
    {
        Included = item.Included,
        Unlimited = item.Unlimited,
        Reset = item.Reset,
        Price = item.Price is { } price
            ? new PriceDraft(price.Method, price.Interval) { Amount = price.Amount, Tiers = [.. price.Tiers], TierBehavior = price.TierBehavior, BillingUnits = price.BillingUnits, MaxPurchase = price.MaxPurchase }
            : null,
        Rollover = item.Rollover is { } rollover ? new RolloverDraft(rollover.Max, rollover.MaxPercentage, rollover.Expiry, rollover.Length) : null,
        Pooled = item.Pooled,
        EntityFeature = item.EntityFeature,
        Proration = item.Proration,
    };

    /// <summary>An item in words: "messages: 100 every month".</summary>
    public static string Words(ItemTerms item)
    {
        var amount = item.Unlimited ? "unlimited" : item.Included.ToString();
        var reset = item.Reset is not { } interval ? "never resets" : interval.Recurs ? $"every {(interval.Count == 1 ? "" : interval.Count + " ")}{interval.Unit.ToString().ToLowerInvariant()}" : "granted once";
        var rollover = item.Rollover is { } rolled ? $", rolls over for {rolled.Length} {rolled.Expiry.ToString().ToLowerInvariant()}" : "";
        var price = item.Price is { } sold ? $", {sold.Method} per {sold.BillingUnits}{(sold.TierBehavior is { } tiers ? $" {tiers.ToString().ToLowerInvariant()}" : "")}" : "";
        return $"{item.Feature}: {amount}, {reset}{rollover}{price}";
    }
}
