using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Plans;
using Sluice.Server.Api.Versions;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>/v1/checkout and /v1/attach/preview: what an attach would cost; the first with the page where it is paid, when it has to be paid there.</summary>
internal static class OlderCheckout
{
    public static ValueTask<Answer> Handle(Call call) => Previewed(call, opensPage: true);

    public static ValueTask<Answer> Preview(Call call) => Previewed(call, opensPage: false);

    private static async ValueTask<Answer> Previewed(Call call, bool opensPage)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var returnTo = body.Text("success_url");
        var wish = OlderWish.Of(call, body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, wish.Discounts) is { } usedUp) return call.Refuse(usedUp);
        if (await Newcomers.Make(call, body) is { } notMade) return notMade;
        await using var turn = opensPage ? await call.BillingTurn(customerId) : null;
        var (subject, notThere) = await call.Read(customerId, wish.Command.Entity);
        if (subject is not { Customer: var customer } known) return call.Refuse(notThere!);
        var command = wish.OfHeld(known.Own) ?? wish.Command;
        var (plan, refusal) = Decider.Preview(customer, call.Catalog, command, call.NowOf(customer));
        if (plan is null) return call.Refuse(refusal!);
        string? url = null;
        if (opensPage && plan.Path == PaymentPath.Checkout)
        {
            var ran = await call.Run(customerId, command);
            if (ran.End != RunEnd.Done) return call.Failure(ran, command.Entity);
            url = (await AttachBody.Of(call, customerId, command.Entity, ran, returnTo)).PaymentUrl;
        }

        return Answer.Ok(OlderCheckoutBody.Of(call, known, plan, PreviewBody.Of(call, customerId, customer, plan, withPlans: false), url), ApiJson.Default.OlderCheckoutBody);
    }
}

/// <summary>What an attach would cost, in the words of older clients.</summary>
/// <param name="Lines">An amount each, with the product's item it is for.</param>
/// <param name="Options">Prepaid quantities, without what is included.</param>
/// <param name="Url">Where it is paid; null = nothing has to be paid on a page.</param>
public sealed record OlderCheckoutBody(
    string CustomerId,
    IReadOnlyList<OlderLineBody> Lines,
    JsonNode? Product,
    JsonNode? CurrentProduct,
    IReadOnlyList<OlderOptionBody> Options,
    decimal Total,
    string Currency,
    string? Url,
    bool HasProrations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] OlderNextCycleBody? NextCycle)
{
    internal static OlderCheckoutBody Of(Call call, Subject subject, BillingPlan plan, PreviewBody preview, string? url)
    {
        JsonObject? Shown(IEnumerable<PlanMove> moves) => moves.Select(static move => move.Subscription).FirstOrDefault() is { } held && call.Catalog.Plan(held.Plan, held.Version) is { } terms
            ? OlderProduct.Of(call, subject, terms)
            : null;
        var product = Shown(plan.Incoming);
        return new OlderCheckoutBody(
            preview.CustomerId,
            [.. preview.LineItems.Select(line => new OlderLineBody(line.Description, line.Total, ItemOf(product, line.FeatureId)))],
            product,
            Shown(plan.Outgoing),
            [.. preview.Incoming.SelectMany(static move => move.FeatureQuantities, (move, sold) => new OlderOptionBody(sold.FeatureId, sold.Quantity - Included(call, move.PlanId, sold.FeatureId)))],
            preview.Total,
            preview.Currency,
            url,
            preview.LineItems.Any(static line => line.Total < 0m),
            preview.NextCycle is { } next ? new OlderNextCycleBody(next.StartsAt, next.Total) : null);
    }

    // The base price has no feature.
    private static JsonNode? ItemOf(JsonObject? product, FeatureId? feature) =>
        (product?["items"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(item => item["feature_id"]?.GetValue<string>() == feature?.Value)?.DeepClone();

    private static Quantity Included(Call call, PlanId plan, FeatureId feature) =>
        call.Catalog.Plan(plan)?.Items.FirstOrDefault(item => item.IsPrepaid && item.Feature == feature)?.Included ?? Quantity.Zero;
}

public sealed record OlderLineBody(string Description, decimal Amount, JsonNode? Item);

public sealed record OlderOptionBody(FeatureId FeatureId, Quantity Quantity);

public sealed record OlderNextCycleBody(Instant StartsAt, decimal Total);
