using Sluice.Core;
using Sluice.Server.Tenants;

namespace Sluice.Server.Start;

/// <summary>
/// The catalog of an AI chatbot: two kinds of message that draw on credits in USD, plain messages, seats, a flag, and a
/// free plan that every new customer gets.
/// </summary>
internal static class DemoCatalog
{
    private static readonly FeatureId Basic = new("basic_messages");
    private static readonly FeatureId Premium = new("premium_messages");
    private static readonly FeatureId Credits = new("ai_credits");
    private static readonly FeatureId Messages = new("messages");
    private static readonly FeatureId Seats = new("seats");
    private static readonly FeatureId Support = new("priority_support");
    private static readonly Interval Monthly = new(IntervalUnit.Month);

    public static IReadOnlyList<(string Path, string Body)> Try { get; } =
    [
        ("/v1/customers.get_or_create", """{"customer_id": "ada", "name": "Ada"}"""),
        ("/v1/check", """{"customer_id": "ada", "feature_id": "premium_messages"}"""),
        ("/v1/track", """{"customer_id": "ada", "feature_id": "premium_messages", "value": 1}"""),
    ];

    public static Task Load(Engine engine, Instant now) => Catalogs.Load(
        engine.Scopes.Environment(ScopeDirectory.Sandbox),
        engine,
        now,
        [
            Counted(Basic, "Basic messages"),
            Counted(Premium, "Premium messages"),
            Counted(Messages, "Messages"),
            new CreateFeature(Seats, "Seats", FeatureType.Metered) { Consumable = false },
            new CreateFeature(Support, "Priority support", FeatureType.Boolean),
            new CreateFeature(Credits, "AI credits (USD)", FeatureType.CreditSystem)
            {
                CreditSchema = [new CreditCost(Basic, Quantity.Of(0.01m)), new CreditCost(Premium, Quantity.Of(0.10m))],
            },
        ],
        [
            new CreatePlan(new PlanId("free"), "Free")
            {
                AutoEnable = true,
                Items = [Item(Messages, 100, Monthly), Item(Credits, 1, Monthly), Item(Seats, 1, null)],
            },
            new CreatePlan(new PlanId("pro"), "Pro")
            {
                Price = new PlanPrice(new Price(20), Monthly),
                Items =
                [
                    Item(Messages, 1_000, Monthly) with
                    {
                        Price = new PriceDraft(BillingMethod.UsageBased, Monthly) { Amount = new Price(0.5m), BillingUnits = Quantity.Of(100) },
                    },
                    Item(Credits, 10, Monthly),
                    Item(Seats, 5, null),
                    new ItemDraft(Support),
                ],
            },
            new CreatePlan(new PlanId("credit_pack"), "Credit pack")
            {
                AddOn = true,
                Items =
                [
                    new ItemDraft(Credits)
                    {
                        Price = new PriceDraft(BillingMethod.Prepaid, Interval.OneOff) { Amount = new Price(10), BillingUnits = Quantity.Of(10) },
                    },
                ],
            },
        ]);

    private static CreateFeature Counted(FeatureId id, string name) => new(id, name, FeatureType.Metered) { Consumable = true };

    private static ItemDraft Item(FeatureId feature, decimal included, Interval? reset) => new(feature) { Included = Quantity.Of(included), Reset = reset };
}
