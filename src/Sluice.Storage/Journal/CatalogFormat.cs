using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Features and plans as the bodies of their rows.</summary>
internal static class CatalogFormat
{
    public static byte[] Write(Feature feature) => JsonOut.Bytes(feature, WriteFeature);

    public static byte[] Write(Plan plan) => JsonOut.Bytes(plan, WritePlan);

    public static byte[] Write(ItemTerms terms) => JsonOut.Bytes(terms, TermsFormat.Write);

    public static Feature ReadFeature(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var from = document.RootElement;
        return new Feature(
            from.Feature("id"u8),
            from.Text("name"u8),
            Words.ToFeatureType(from.Text("type"u8)),
            from.Flag("consumable"u8),
            from.List("event_names"u8, item => item.GetString()!),
            from.List("credit_schema"u8, CreditFormat.ReadCost),
            from.TryGetProperty("display"u8, out var display) ? new FeatureDisplay(display.TextOrNone("singular"u8), display.TextOrNone("plural"u8)) : null,
            from.Flag("archived"u8),
            from.Moment("created_at"u8),
            MarkupsFormat.Read(from));
    }

    public static Plan ReadPlan(byte[] body, Terms terms)
    {
        using var document = JsonDocument.Parse(body);
        var from = document.RootElement;
        return new Plan(
            new PlanId(from.Text("id"u8)),
            from.Number("version"u8),
            from.Text("name"u8),
            from.TextOrNone("description"u8),
            from.TextOrNone("group"u8),
            from.Flag("add_on"u8),
            from.Flag("auto_enable"u8),
            ReadPrice(from),
            from.List("items"u8, item => TermsFormat.ReadReference(item, terms)),
            ReadTrial(from),
            from.Flag("ignore_past_due"u8),
            ControlsFormat.Read(from, "billing_controls"u8),
            from.Json("licenses"u8) is { } licenses ? LicensesFormat.Of(licenses) : null,
            from.Json("metadata"u8),
            from.Flag("archived"u8),
            from.Moment("created_at"u8),
            from.Json("later"u8))
        {
            FormerFeatures = from.List("former_features"u8, item => new FeatureId(item.GetString()!)),
        };
    }

    public static ItemTerms ReadTerms(byte[] body, TermsId id)
    {
        using var document = JsonDocument.Parse(body);
        return TermsFormat.Read(document.RootElement, id);
    }

    private static void WriteFeature(Utf8JsonWriter to, Feature feature)
    {
        to.WriteStartObject();
        to.Text("id"u8, feature.Id.Value);
        to.Text("name"u8, feature.Name);
        to.Text("type"u8, Words.Of(feature.Type));
        to.Flag("consumable"u8, feature.Consumable);
        WriteList(to, "event_names"u8, feature.EventNames, static (to, name) => to.WriteStringValue(name));
        WriteList(to, "credit_schema"u8, feature.CreditSchema, CreditFormat.WriteCost);
        if (feature.Display is { } display)
        {
            to.WriteStartObject("display"u8);
            to.Text("singular"u8, display.Singular);
            to.Text("plural"u8, display.Plural);
            to.WriteEndObject();
        }

        to.Flag("archived"u8, feature.Archived);
        to.Moment("created_at"u8, feature.CreatedAt);
        if (feature.Markups is { } markups) MarkupsFormat.Write(to, markups);
        to.WriteEndObject();
    }

    private static void WritePlan(Utf8JsonWriter to, Plan plan)
    {
        to.WriteStartObject();
        to.Text("id"u8, plan.Id.Value);
        to.WriteNumber("version"u8, plan.Version);
        to.Text("name"u8, plan.Name);
        to.Text("description"u8, plan.Description);
        to.Text("group"u8, plan.Group);
        to.Flag("add_on"u8, plan.AddOn);
        to.Flag("auto_enable"u8, plan.AutoEnable);
        WritePrice(to, plan.Price);
        WriteList(to, "items"u8, plan.Items, TermsFormat.WriteReference);
        WriteTrial(to, plan.FreeTrial);
        to.Flag("ignore_past_due"u8, plan.IgnorePastDue);
        if (plan.Controls is { } controls) ControlsFormat.Write(to, "billing_controls"u8, controls);
        to.Json("licenses"u8, plan.Licenses?.Stored);
        to.Json("metadata"u8, plan.Metadata);
        to.Flag("archived"u8, plan.Archived);
        to.Moment("created_at"u8, plan.CreatedAt);
        to.Json("later"u8, plan.Later);
        WriteList(to, "former_features"u8, plan.FormerFeatures, static (to, feature) => to.WriteStringValue(feature.Value));
        to.WriteEndObject();
    }

    public static void WritePrice(Utf8JsonWriter to, PlanPrice? price)
    {
        if (price is null) return;
        to.WriteStartObject("price"u8);
        to.Price("amount"u8, price.Amount);
        to.Every("interval"u8, price.Interval);
        to.Prices("additional_currencies"u8, price.OtherCurrencies);
        to.WriteEndObject();
    }

    public static PlanPrice? ReadPrice(JsonElement owner) => owner.TryGetProperty("price"u8, out var from)
        ? new PlanPrice(from.Price("amount"u8), from.Every("interval"u8), from.PricesOrNone("additional_currencies"u8))
        : null;

    public static void WriteTrial(Utf8JsonWriter to, FreeTrial? trial)
    {
        if (trial is null) return;
        to.WriteStartObject("free_trial"u8);
        to.WriteNumber("length"u8, trial.Length);
        to.Text("unit"u8, Words.Of(trial.Unit));
        to.Flag("card_required"u8, trial.CardRequired);
        if (trial.Reverts is { } reverts) to.WriteBoolean("reverts"u8, reverts);
        to.WriteEndObject();
    }

    public static FreeTrial? ReadTrial(JsonElement owner) => owner.TryGetProperty("free_trial"u8, out var from)
        ? new FreeTrial(
            from.Number("length"u8),
            Words.ToTrialUnit(from.Text("unit"u8)),
            from.Flag("card_required"u8),
            from.TryGetProperty("reverts"u8, out var reverts) ? reverts.GetBoolean() : null)
        : null;

    private static void WriteList<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsDefaultOrEmpty) return;
        to.WriteStartArray(name);
        foreach (var item in items) write(to, item);
        to.WriteEndArray();
    }
}
