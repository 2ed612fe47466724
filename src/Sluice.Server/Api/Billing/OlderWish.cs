using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Server.Api.Billing;

/// <summary>What older clients send to attach.</summary>
/// <param name="Quantities">Of prepaid items, with what is included.</param>
internal sealed record OlderWish(IReadOnlyList<string> Products, ImmutableDictionary<FeatureId, Quantity> Quantities, ImmutableArray<DiscountWish> Discounts, Command Command)
{
    public static OlderWish Of(Call call, Body body)
    {
        var one = body.Text("product_id", minLength: 1) ?? body.Text("plan_id", minLength: 1);
        var products = one is null ? body.Texts("product_ids") ?? [] : [one];
        if (products.Count == 0) body.Fault("product_id", "is required");
        else if (one is not null && body.Has("product_ids")) body.Fault("product_ids", "stands beside product_id: keep one of the two");
        if (products.Distinct().Count() < products.Count) body.Fault("product_ids", "names a product twice");
        var version = body.WholeNumber("version", min: 1);
        if (version is not null && products.Count > 1) body.Fault("version", "needs product_id: each product has versions of its own");
        var isForced = body.Flag("force_checkout", otherwise: false);
        var trial = body.Flag("free_trial") == false ? new Customization { Trial = (FreeTrial?)null } : null;
        body.Later("is_custom", "items", "billing_cycle_anchor");

        var plans = products.Select(product => new PlanId(product)).ToImmutableArray();
        var sold = plans.Select(plan => call.Catalog.Plan(plan, version)).OfType<Plan>().SelectMany(static plan => plan.Items).Where(static item => item.IsPrepaid).ToList();
        var quantities = Bought(body, sold);
        ImmutableDictionary<FeatureId, Quantity> Of(PlanId id) => call.Catalog.Plan(id, version) is { } plan
            ? quantities.Where(sent => plans.Length == 1 || plan.Items.Any(item => item.IsPrepaid && item.Feature == sent.Key)).ToImmutableDictionary()
            : quantities;

        var entity = Entities.EntityFields.Id(body);
        var options = BillingFields.Options(call, body) with
        {
            Redirect = isForced ? Redirect.Always : Redirect.IfRequired,
            Discounts = DiscountFields.ReadOlder(call, body),
            InvoiceMode = BillingFields.InvoiceMode(call, body.Flag("invoice", otherwise: false), body.Flag("enable_product_immediately") ?? false, body.Flag("finalize_invoice") ?? true),
        };
        return new OlderWish(products, quantities, options.Discounts, plans is [var only]
            ? new Command.Attach(only, version, quantities, NoBillingChanges: false, null) { Entity = entity, Options = options, Customize = trial }
            : new Command.MultiAttach([.. plans.Select(plan => new PlanWish(plan, null, Of(plan), null, trial, entity))], options) { Entity = entity });
    }

    /// <summary>What is meant when the product is held already: keep it, or other quantities of it; null when it is neither.</summary>
    public Command? OfHeld(Holdings own)
    {
        if (Command is not Command.Attach { Plan: var plan, Version: null } attach) return null;
        if (own.Subscriptions.FirstOrDefault(held => held.Plan == plan && !held.AddOn && held.Incoming is null) is not { } held) return null;
        var update = new Command.UpdatePlan(new PlanSelector(plan)) { Entity = attach.Entity };
        return held.CanceledAt is not null ? update with { Cancel = CancelAction.Uncancel } : Quantities.IsEmpty ? null : update with { Quantities = Quantities, InvoiceMode = attach.Options.InvoiceMode };
    }

    // Older clients leave out what is included.
    private static ImmutableDictionary<FeatureId, Quantity> Bought(Body body, List<ItemTerms> sold)
    {
        var quantities = ImmutableDictionary.CreateBuilder<FeatureId, Quantity>();
        foreach (var sent in body.Objects("options") ?? [])
        {
            var feature = new FeatureId(sent.RequiredText("feature_id"));
            var included = sold.Find(item => item.Feature == feature)?.Included ?? Quantity.Zero;
            if (!quantities.TryAdd(feature, included + (sent.Quantity("quantity", min: 0) ?? Quantity.Zero))) sent.Fault("feature_id", $"{feature} is named twice");
        }

        return quantities.ToImmutable();
    }
}
