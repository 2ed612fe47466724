using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The terms of plan items, as rows of their own and as a state or a plan refers to them.</summary>
internal static class TermsFormat
{
    /// <summary>Terms of a plan item by their id alone; terms that no plan stands behind whole.</summary>
    public static void WriteReference(Utf8JsonWriter to, ItemTerms terms)
    {
        if (terms.Id != TermsId.None)
            to.WriteNumberValue(terms.Id.Value);
        else
            Write(to, terms);
    }

    public static ItemTerms ReadReference(JsonElement from, Terms terms) =>
        from.ValueKind == JsonValueKind.Number ? terms(new TermsId(from.GetInt64())) : Read(from, TermsId.None);

    /// <summary>Whole, without the id, which is the row's own.</summary>
    public static void Write(Utf8JsonWriter to, ItemTerms terms)
    {
        to.WriteStartObject();
        to.Text("feature"u8, terms.Feature.Value);
        to.Amount("included"u8, terms.Included);
        to.Flag("unlimited"u8, terms.Unlimited);
        to.Every("reset"u8, terms.Reset);
        if (terms.Price is { } price) WritePrice(to, price);
        if (terms.Rollover is { } rollover) WriteRollover(to, rollover);
        to.Flag("pooled"u8, terms.Pooled);
        to.Text("entity_feature"u8, terms.EntityFeature?.Value);
        if (terms.Proration is { } proration) WriteProration(to, proration);
        to.Json("later"u8, terms.Later);
        to.WriteEndObject();
    }

    public static ItemTerms Read(JsonElement from, TermsId id) => new(
        id,
        from.Feature("feature"u8),
        from.Amount("included"u8),
        from.Flag("unlimited"u8),
        from.EveryOrNone("reset"u8),
        from.TryGetProperty("price"u8, out var price) ? ReadPrice(price) : null,
        from.TryGetProperty("rollover"u8, out var rollover) ? ReadRollover(rollover) : null,
        from.Flag("pooled"u8),
        from.FeatureOrNone("entity_feature"u8),
        from.TryGetProperty("proration"u8, out var proration) ? ReadProration(proration) : null,
        from.Json("later"u8));

    private static void WritePrice(Utf8JsonWriter to, ItemPrice price)
    {
        to.WriteStartObject("price"u8);
        to.Price("amount"u8, price.Amount);
        if (!price.Tiers.IsDefaultOrEmpty)
        {
            to.WriteStartArray("tiers"u8);
            foreach (var tier in price.Tiers) WriteTier(to, tier);
            to.WriteEndArray();
        }

        to.Text("tier_behavior"u8, price.TierBehavior is { } behavior ? Words.Of(behavior) : null);
        to.Every("interval"u8, price.Interval);
        to.Amount("billing_units"u8, price.BillingUnits);
        to.Text("method"u8, Words.Of(price.Method));
        to.AmountOrNone("max_purchase"u8, price.MaxPurchase);
        to.Prices("additional_currencies"u8, price.OtherCurrencies);
        to.WriteEndObject();
    }

    private static ItemPrice ReadPrice(JsonElement from) => new(
        from.PriceOrNone("amount"u8),
        from.List("tiers"u8, ReadTier),
        from.TextOrNone("tier_behavior"u8) is { } behavior ? Words.ToTierBehavior(behavior) : null,
        from.Every("interval"u8),
        from.Amount("billing_units"u8),
        Words.ToBillingMethod(from.Text("method"u8)),
        from.AmountOrNone("max_purchase"u8),
        from.PricesOrNone("additional_currencies"u8));

    private static void WriteTier(Utf8JsonWriter to, PriceTier tier)
    {
        to.WriteStartObject();
        to.AmountOrNone("to"u8, tier.To);
        to.Price("amount"u8, tier.Amount);
        to.Price("flat_amount"u8, tier.FlatAmount);
        to.Prices("additional_currencies"u8, tier.OtherCurrencies);
        to.WriteEndObject();
    }

    private static PriceTier ReadTier(JsonElement from) => new(
        from.AmountOrNone("to"u8),
        from.Price("amount"u8),
        from.PriceOrNone("flat_amount"u8),
        from.PricesOrNone("additional_currencies"u8));

    private static void WriteRollover(Utf8JsonWriter to, Rollover rollover)
    {
        to.WriteStartObject("rollover"u8);
        to.AmountOrNone("max"u8, rollover.Max);
        to.AmountOrNone("max_percentage"u8, rollover.MaxPercentage);
        to.Text("expiry"u8, Words.Of(rollover.Expiry));
        to.WriteNumber("length"u8, rollover.Length);
        to.WriteEndObject();
    }

    private static Rollover ReadRollover(JsonElement from) => new(
        from.AmountOrNone("max"u8),
        from.AmountOrNone("max_percentage"u8),
        Words.ToRolloverExpiry(from.Text("expiry"u8)),
        from.Number("length"u8));

    private static void WriteProration(Utf8JsonWriter to, Proration proration)
    {
        to.WriteStartObject("proration"u8);
        to.Text("on_increase"u8, proration.OnIncrease is { } increase ? Words.Of(increase) : null);
        to.Text("on_decrease"u8, proration.OnDecrease is { } decrease ? Words.Of(decrease) : null);
        to.WriteEndObject();
    }

    private static Proration ReadProration(JsonElement from) => new(
        from.TextOrNone("on_increase"u8) is { } increase ? Words.ToOnIncrease(increase) : null,
        from.TextOrNone("on_decrease"u8) is { } decrease ? Words.ToOnDecrease(decrease) : null);
}
