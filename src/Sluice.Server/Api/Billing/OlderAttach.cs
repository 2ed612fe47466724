using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>/v1/attach: one free product or several, all or none. What has a price is refused until Sluice can charge.</summary>
internal static class OlderAttach
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var one = body.Text("product_id", minLength: 1) ?? body.Text("plan_id", minLength: 1);
        var products = one is null ? body.Texts("product_ids") ?? [] : [one];
        if (products.Count == 0) body.Fault("product_id", "is required");
        else if (one is not null && body.Has("product_ids")) body.Fault("product_ids", "stands beside product_id: keep one of the two");
        if (products.Distinct().Count() < products.Count) body.Fault("product_ids", "names a product twice");
        var version = body.WholeNumber("version", min: 1);
        if (version is not null && products.Count > 1) body.Fault("version", "needs product_id: each product has versions of its own");
        _ = (body.Text("success_url"), body.Flag("force_checkout"));
        var entity = EntityFields.Id(body);
        body.Later("options", "free_trial", "checkout_session_params", "reward", "invoice", "is_custom", "items", "metadata");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        if (await Newcomers.Make(call, body) is { } notMade) return notMade;
        var ran = await call.Run([.. products.Select(product => new Addressed(customerId, new Command.Attach(new PlanId(product), version, ImmutableDictionary<FeatureId, Quantity>.Empty, NoBillingChanges: false, null) { Entity = entity }))]);
        return ran.End == RunEnd.Done
            ? Answer.Ok(new OlderAttachBody(true, customerId, products, "free_product_attached", products.Count == 1 ? "The product is attached." : "The products are attached."), ApiJson.Default.OlderAttachBody)
            : call.Failure(ran, entity);
    }
}

public sealed record OlderAttachBody(bool Success, string CustomerId, IReadOnlyList<string> ProductIds, string Code, string Message);
