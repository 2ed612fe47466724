using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Server.Api.Plans;

/// <summary>The fields of plan items as callers send them. Null says the same as leaving out, so that an answer can be sent back.</summary>
internal static class ItemFields
{
    public static ImmutableArray<ItemDraft>? Read(Body body, string field = "items", bool proratesSeats = false) =>
        body.Objects(field) is { } items ? [.. items.Select(item => Item(item) with { ProratesSeats = proratesSeats })] : null;

    /// <summary>The base price of a plan.</summary>
    public static PlanPrice? BasePrice(Body body)
    {
        if (body.Object("price", nullable: true) is not { } sent) return null;
        var amount = PriceOf(sent, "amount", required: true);
        return Intervals.ReadHere(sent, Words.BillingIntervals) is { } interval && amount is { } known
            ? new PlanPrice(known, interval, Currencies(sent))
            : null;
    }

    private static ItemDraft Item(Body item)
    {
        // Answers carry these ids; whoever sends an answer back sends them along.
        _ = (item.Text("entitlement_id", nullable: true), item.Text("price_id", nullable: true));
        return new ItemDraft(new FeatureId(item.RequiredText("feature_id")))
        {
            Included = item.Quantity("included"),
            Unlimited = item.Flag("unlimited", otherwise: false),
            Reset = Intervals.Read(item, "reset", Words.ResetIntervals, nullable: true),
            Price = Price(item),
            Rollover = Rollover(item),
            Pooled = item.Flag("pooled", otherwise: false),
            EntityFeature = item.Text("entity_feature_id", nullable: true, minLength: 1) is { } entity ? new FeatureId(entity) : null,
            Proration = Proration(item),
            Later = item.Picked(PlanShapes.ItemExtras),
        };
    }

    private static PriceDraft? Price(Body item)
    {
        if (item.Object("price", nullable: true) is not { } sent) return null;
        sent.Later("stripe_price_id");
        var method = sent.Choice("billing_method", Words.BillingMethods, required: true);
        if (Intervals.ReadHere(sent, Words.BillingIntervals) is not { } interval) return null;
        return new PriceDraft(method ?? default, interval)
        {
            Amount = PriceOf(sent, "amount"),
            Tiers = [.. (sent.Objects("tiers") ?? []).Select(Tier)],
            TierBehavior = sent.Choice("tier_behavior", Words.TierBehaviors),
            BillingUnits = sent.Quantity("billing_units"),
            MaxPurchase = sent.Quantity("max_purchase", nullable: true),
            OtherCurrencies = Currencies(sent),
        };
    }

    // "inf" = no upper end.
    private static PriceTier Tier(Body tier) => new(
        tier.Says("to", "inf") ? null : tier.Quantity("to", required: true),
        PriceOf(tier, "amount") ?? default,
        PriceOf(tier, "flat_amount"),
        Currencies(tier, ofTier: true));

    private static Price? PriceOf(Body body, string field, bool required = false) =>
        body.Number(field, required, min: -Quantity.Limit, max: Quantity.Limit) is { } amount ? new Price(amount) : null;

    // Null, or nothing in it, says nothing. Of a tier the flat amount may stand alone.
    private static CurrencyPrices? Currencies(Body body, bool ofTier = false)
    {
        if (!body.Has("additional_currencies")) return null;
        var prices = (body.Objects("additional_currencies") ?? []).Select(sent => new CurrencyPrice(
            new Currency(sent.RequiredText("currency").ToLowerInvariant()), PriceOf(sent, "amount", required: !ofTier), ofTier ? PriceOf(sent, "flat_amount") : null)).ToImmutableArray();
        return prices.IsEmpty ? null : new CurrencyPrices(prices);
    }

    /// <summary>What outlives a reset; of a plan's item, or of a balance that comes with no plan.</summary>
    public static RolloverDraft? Rollover(Body item)
    {
        if (item.Object("rollover", nullable: true) is not { } sent) return null;
        return new RolloverDraft(
            sent.Quantity("max", nullable: true),
            sent.Quantity("max_percentage", nullable: true),
            sent.Choice("expiry_duration_type", Words.RolloverExpiries, required: true) ?? default,
            sent.WholeNumber("expiry_duration_length"));
    }

    private static Proration? Proration(Body item) => item.Object("proration", nullable: true) is { } sent
        ? new Proration(sent.Choice("on_increase", Words.Increases, required: true), sent.Choice("on_decrease", Words.Decreases, required: true))
        : null;
}
