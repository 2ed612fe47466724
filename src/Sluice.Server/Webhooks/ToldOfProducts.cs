using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Plans;
using Sluice.Server.Api.Versions;

namespace Sluice.Server.Webhooks;

/// <summary>What became of one plan, as callers of 1.2 are told it: customers, entities and products are always in the words of that version.</summary>
/// <param name="Entity">Set when the plan is an entity's.</param>
/// <param name="UpdatedProduct">The plan as it stands in the catalog.</param>
internal sealed record ProductsUpdatedData(
    string Scenario,
    JsonNode Customer,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonNode? Entity,
    JsonNode UpdatedProduct)
{
    private static readonly ApiVersion Older = new(1, 2);
    private static readonly CustomerExpand Whole = new(Features: true, SubscriptionPlans: true, PurchasePlans: true, CustomerExpand.None.Asked);
    private static readonly Chain Customers = Of("customers.get");
    private static readonly Chain Entities = Of("entities.get");

    /// <summary>One for each plan that something was done to.</summary>
    public static IEnumerable<ProductsUpdatedData> All(View view, Customer? before, Customer after, PlanChanges changes, ImmutableArray<CustomerEvent> events)
    {
        var passage = new Passage(view.Catalog, view.NowOf(after), []);
        foreach (var (scenario, plan) in PlanScenarios.Of(before, after, view.Catalog, changes, events))
        {
            if (view.Catalog.Plan(plan.Plan, plan.Version) is not { } product) continue;
            var entity = plan.Entity is { } no ? after.Entities.Find(no) : null;
            yield return new ProductsUpdatedData(
                Word(scenario),
                Down(Customers, Answer.Ok(CustomerBody.Of(view, after, Whole), ApiJson.Default.CustomerBody), passage),
                entity is null ? null : Down(Entities, Answer.Ok(EntityBody.Of(view, after, entity, Whole), ApiJson.Default.EntityBody), passage),
                OlderProduct.Of(view, product));
        }
    }

    private static JsonNode Down(Chain chain, Answer newest, Passage passage) => (JsonNode)chain.Down(newest, passage).Body;

    private static Chain Of(string operation) => Chain.Of(Routes.Served.First(route => route.Operation == operation), Older);

    private static string Word(PlanScenario scenario) => scenario switch
    {
        PlanScenario.New => "new",
        PlanScenario.Upgrade => "upgrade",
        PlanScenario.Downgrade => "downgrade",
        PlanScenario.Renew => "renew",
        PlanScenario.Cancel => "cancel",
        PlanScenario.Expired => "expired",
        PlanScenario.PastDue => "past_due",
        PlanScenario.UpdatePrepaidQuantity => "update_prepaid_quantity",
        _ => throw new InvariantViolation($"scenario {scenario}"),
    };
}
