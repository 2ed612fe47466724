using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>
/// billing.attach: a plan for a customer, or for one entity of it. Free plans and add-ons, and priced ones with no_billing_changes; a main plan
/// takes the place of the one held in its group at once.
/// </summary>
internal static class Attach
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var command = new Command.Attach(
            new PlanId(body.RequiredText("plan_id")),
            body.WholeNumber("version", min: 1),
            Quantities(body),
            body.Flag("no_billing_changes", otherwise: false),
            body.Text("subscription_id", minLength: 1))
        {
            Entity = EntityFields.Id(body),
        };
        _ = body.Text("success_url");
        body.LaterUnless("redirect_mode", "if_required", "never");
        body.LaterUnless("plan_schedule", "immediate");
        body.LaterUnless("proration_behavior", "none");
        // "now" is what an attach does, and what the Python client always says. A moment of the caller's is for later.
        if (body.IsNumber("billing_cycle_anchor")) body.Later("billing_cycle_anchor");
        else body.LaterUnless("billing_cycle_anchor", "now");
        body.Later(
            "entity_data", "customize", "invoice_mode", "discounts", "new_billing_subscription", "starts_at", "ends_at",
            "checkout_session_params", "long_lived_checkout", "custom_line_items", "processor_subscription_id", "carry_over_balances", "carry_over_usages",
            "license_quantities", "metadata", "enable_plan_immediately", "tax_rate_id", "currency", "remove_plan_ids", "free_trial", "transition_rules", "customer_data");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        var ran = await call.Run(customerId, command);
        return ran.End == RunEnd.Done ? Answer.Ok(new AttachBody(customerId, command.Entity, null), ApiJson.Default.AttachBody) : call.Failure(ran, command.Entity);
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
}

/// <summary>What came of an attach. No payment url: nothing has to be paid.</summary>
public sealed record AttachBody(
    string CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    string? PaymentUrl);
