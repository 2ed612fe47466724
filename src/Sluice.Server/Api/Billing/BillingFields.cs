using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Plans;

namespace Sluice.Server.Api.Billing;

/// <summary>The fields that the calls of billing have in common, as callers send them.</summary>
internal static class BillingFields
{
    private static readonly FrozenDictionary<string, PlanSchedule> Schedules =
        new Dictionary<string, PlanSchedule> { ["immediate"] = PlanSchedule.Immediate, ["end_of_cycle"] = PlanSchedule.EndOfCycle }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Redirect> Redirects =
        new Dictionary<string, Redirect> { ["if_required"] = Redirect.IfRequired, ["always"] = Redirect.Always, ["never"] = Redirect.Never }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, bool> Prorations = new Dictionary<string, bool> { ["prorate_immediately"] = true, ["none"] = false }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, CancelAction> Cancels = new Dictionary<string, CancelAction>
    {
        ["cancel_immediately"] = CancelAction.Immediately, ["cancel_end_of_cycle"] = CancelAction.EndOfCycle, ["uncancel"] = CancelAction.Uncancel,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, RefundAmount> Refunds =
        new Dictionary<string, RefundAmount> { ["prorated"] = RefundAmount.Prorated, ["full"] = RefundAmount.Full }.ToFrozenDictionary();

    /// <summary>A plan for a customer or an entity, with everything that can be said about how it comes.</summary>
    public static Command.Attach Attach(Call call, Body body, string? planField = "plan_id")
    {
        var command = new Command.Attach(
            new PlanId(planField is null ? "" : body.RequiredText(planField)), body.WholeNumber("version", min: 1), Quantities(body), body.Flag("no_billing_changes", otherwise: false),
            body.Text("subscription_id", minLength: 1))
        {
            Entity = EntityFields.Id(body), Options = Options(call, body), Customize = Customization(body),
        };
        body.Later("entity_data", "long_lived_checkout", "processor_subscription_id", "license_quantities", "transition_rules");
        return command;
    }

    /// <summary>One of several plans.</summary>
    public static PlanWish Wish(Body body, string? entity) => new(
        new PlanId(body.RequiredText("plan_id")), body.WholeNumber("version", min: 1), Quantities(body), body.Text("subscription_id", minLength: 1), Customization(body),
        body.Text("entity_id", nullable: true, minLength: 1) ?? entity);

    public static AttachOptions Options(Call call, Body body)
    {
        _ = (body.Text("success_url"), body.Json("metadata"), body.Json("checkout_session_params"));
        var anchorsAt = body.IsNumber("billing_cycle_anchor") ? body.Moment("billing_cycle_anchor") : null;
        var anchorsNow = !body.IsNumber("billing_cycle_anchor") && body.Text("billing_cycle_anchor") is { } anchor && (anchor == "now" || NotNow(body));
        return AttachOptions.Default with
        {
            InvoiceMode = InvoiceMode(call, body),
            Prorates = body.Choice(body.Has("billing_behavior") ? "billing_behavior" : "proration_behavior", Prorations) ?? true,
            Schedule = body.Choice("plan_schedule", Schedules),
            StartsAt = body.Moment("starts_at"),
            EndsAt = body.Moment("ends_at"),
            AnchorsNow = anchorsNow,
            AnchorsAt = anchorsAt,
            OwnCycle = body.Flag("new_billing_subscription"),
            Redirect = body.Choice("redirect_mode", Redirects) ?? Redirect.IfRequired,
            Discounts = DiscountFields.Read(call, body),
            CustomLines = [.. CustomLines(body)],
            CarryBalances = Carry(body, "carry_over_balances"),
            CarryUsage = Carry(body, "carry_over_usages"),
            Removes = [.. (body.Texts("remove_plan_ids") ?? []).Select(static id => new PlanId(id))],
            TaxRate = TaxRate(call, body),
            Currency = body.Text("currency", minLength: 3) is { } code ? new Currency(code.ToLowerInvariant()) : null,
        };
    }

    /// <summary>One of the rates that are set, by its name.</summary>
    public static decimal? TaxRate(Call call, Body body)
    {
        if (body.Text("tax_rate_id", minLength: 1) is not { } id) return null;
        var rates = call.Catalog.Policy.NamedTaxRates;
        if (rates.TryGetValue(id, out var rate)) return rate;
        body.Fault("tax_rate_id", rates.IsEmpty ? $"there is no rate {id}: name the rates in SLUICE_TAX_RATES, such as vat=20" : $"there is no rate {id}: use one of {string.Join(", ", rates.Keys.Order())}");
        return null;
    }

    /// <summary>A change of a held plan.</summary>
    public static Command.UpdatePlan Update(Call call, Body body)
    {
        var command = new Command.UpdatePlan(Selector(body))
        {
            Entity = EntityFields.Id(body),
            Quantities = Quantities(body),
            Version = body.WholeNumber("version", min: 1),
            Customize = Customization(body),
            Cancel = body.Choice("cancel_action", Cancels),
            Refund = body.Choice("refund_last_payment", Refunds),
            Prorates = body.Choice("proration_behavior", Prorations) ?? true,
            InvoiceMode = InvoiceMode(call, body),
            Discounts = DiscountFields.Read(call, body),
        };
        _ = (body.Text("success_url"), body.Json("subscription_params"), body.Choice("redirect_mode", Redirects));
        body.Later("billing_cycle_anchor", "no_billing_changes", "recalculate_balances", "carry_over_usages", "license_quantities", "custom_line_items");
        return command;
    }

    public static IEnumerable<CustomLine> CustomLines(Body body) => (body.Objects("custom_line_items") ?? []).Select(CustomLine);

    public static CustomLine CustomLine(Body line) => new(new Price(line.Number("amount", required: true) ?? 0m), line.RequiredText("description"));

    // Which held plan is meant: by the caller's id of it, ours, or its plan.
    private static PlanSelector Selector(Body body)
    {
        var (plan, id) = (body.Text("plan_id", minLength: 1), body.Text("customer_product_id", minLength: 1) ?? body.Text("subscription_id", minLength: 1));
        var named = id is null ? null : PublicIds.Subscription(id);
        return new PlanSelector(plan is null ? null : new PlanId(plan), named is null ? id : null, named);
    }

    private static ImmutableDictionary<FeatureId, Quantity> Quantities(Body body)
    {
        var quantities = ImmutableDictionary.CreateBuilder<FeatureId, Quantity>();
        foreach (var sent in body.Objects("feature_quantities") ?? [])
        {
            var feature = new FeatureId(sent.RequiredText("feature_id"));
            sent.Later("adjustable");
            if (!quantities.TryAdd(feature, sent.Quantity("quantity", min: 0) ?? Quantity.Zero)) sent.Fault("feature_id", $"{feature} is named twice");
        }

        return quantities.ToImmutable();
    }

    /// <summary>A free_trial beside it says the same as one within.</summary>
    public static Customization? Customization(Body body)
    {
        var sent = body.Object("customize");
        sent?.Later("billing_controls", "upsert_licenses", "remove_licenses");
        var trial = body.IsSent("free_trial") ? PlanFields.Said(body, "free_trial", PlanFields.FreeTrial(body)) : default;
        if (sent is null) return trial.Said ? new Customization { Trial = trial } : null;
        return new Customization
        {
            Price = PlanFields.Said(sent, "price", ItemFields.BasePrice(sent)),
            Items = ItemFields.Read(sent),
            AddItems = ItemFields.Read(sent, "add_items") ?? [],
            RemoveItems = [.. (sent.Objects("remove_items") ?? []).Select(static item => (
                new FeatureId(item.RequiredText("feature_id")),
                item.Has("interval") || item.Has("interval_count") ? Intervals.ReadHere(item, Words.ResetIntervals) : null))],
            Trial = sent.IsSent("free_trial") ? PlanFields.Said(sent, "free_trial", PlanFields.FreeTrial(sent)) : trial,
        };
    }

    // Where nobody keeps cards, every invoice is sent.
    private static InvoiceMode? InvoiceMode(Call call, Body body)
    {
        var sent = body.Object("invoice_mode");
        sent?.Later("invoice_template_id");
        var (isOn, atOnce) = (sent?.Flag("enabled") ?? false, sent?.Flag("enable_plan_immediately") ?? body.Flag("enable_plan_immediately") ?? false);
        var (finalizes, days) = (sent?.Flag("finalize") ?? true, sent?.WholeNumber("net_terms_days", min: 0, max: 3_650));
        return InvoiceMode(call, isOn, atOnce, finalizes, days);
    }

    public static InvoiceMode? InvoiceMode(Call call, bool isOn, bool atOnce, bool finalizes, int? days = null) =>
        isOn || call.Engine.Providers.Of(call.Scope.Environment) is { KeepsCards: false } ? new InvoiceMode(atOnce, finalizes, days) : null;

    private static CarryOver Carry(Body body, string field) => body.Object(field) is { } sent
        ? new CarryOver(sent.Flag("enabled", otherwise: false), [.. (sent.Texts("feature_ids") ?? []).Select(static id => new FeatureId(id))])
        : CarryOver.Nothing;

    private static bool NotNow(Body body)
    {
        body.Fault("billing_cycle_anchor", "must be \"now\" or a time in milliseconds");
        return false;
    }
}
