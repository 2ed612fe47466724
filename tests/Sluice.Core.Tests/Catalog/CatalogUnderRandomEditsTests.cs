using System.Collections.Immutable;
using Xunit.Abstractions;
using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

/// <summary>Any run of commands, good and bad, leaves a catalog that makes sense. The seed is printed; set it to run the same again.</summary>
public class CatalogUnderRandomEditsTests(ITestOutputHelper output)
{
    private static readonly string[] Features = ["messages", "seats", "dash", "action1", "action2", "credits", "new1", "new2"];
    private static readonly string[] Plans = ["free", "pro", "p1", "p2"];

    [Fact]
    public void What_is_held_stays_and_what_refers_to_something_finds_it()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        for (var run = 0; run < 40; run++)
        {
            var random = new Random(seed + run);
            var (catalog, next) = (Start, 1000L);
            var written = Start.Plans.SelectMany(plan => plan.Items).DistinctBy(item => item.Id).ToDictionary(item => item.Id);
            var held = new Dictionary<(PlanId, int), Plan>();
            for (var step = 0; step < 60; step++)
            {
                var context = new CatalogContext(catalog, new TermsId(next), Now.Plus(TimeSpan.FromMinutes(step)));
                if (random.Next(4) == 0 && catalog.Plans.Length > 0)
                {
                    var taken = catalog.Plans[random.Next(catalog.Plans.Length)];
                    held[(taken.Id, taken.Version)] = taken;
                }

                var inPlace = random.Next(6) == 0;
                var decision = Any(random, context, held.Keys, inPlace);
                if (decision is not CatalogDecision.Accepted { Edit: var edit, After: var after }) continue;

                Assert.Equal(catalog.Version + (edit.IsEmpty ? 0 : 1), after.Version);
                foreach (var terms in edit.NewTerms) Assert.True(written.TryAdd(terms.Id, terms), $"seed {seed + run}: terms {terms.Id.Value} written twice");
                next += edit.NewTerms.Length;
                catalog = after;
                CheckReferences(catalog, written, $"seed {seed + run}, step {step}");
                foreach (var ((id, version), plan) in held.ToList())
                {
                    var now = catalog.Plan(id, version);
                    Assert.True(now is not null, $"seed {seed + run}, step {step}: {id} version {version} is held and gone");
                    if (inPlace) held[(id, version)] = now;
                    else Assert.True(now.Items.Select(item => item.Id).ToHashSet().SetEquals(plan.Items.Select(item => item.Id)), $"seed {seed + run}, step {step}: {id} version {version} is held and changed");
                }
            }
        }
    }

    private static void CheckReferences(Catalog catalog, Dictionary<TermsId, ItemTerms> written, string where)
    {
        foreach (var item in catalog.Plans.SelectMany(plan => plan.Items))
        {
            Assert.True(catalog.Feature(item.Feature) is not null, $"{where}: no feature {item.Feature}");
            Assert.True(item.EntityFeature is not { } entity || catalog.Feature(entity) is not null, $"{where}: no entity feature");
            Assert.True(written[item.Id].SameAs(item), $"{where}: terms {item.Id.Value} changed");
        }

        Assert.True(catalog.AutoEnabled.Where(plan => !plan.AddOn).GroupBy(plan => plan.Group).All(group => group.Count() == 1), $"{where}: two defaults in a group");
        Assert.True(catalog.AutoEnabled.All(plan => (plan.IsFree || plan.FreeTrial is { CardRequired: false }) && plan.NeedsLater is null), $"{where}: a default that cannot be granted");
        foreach (var id in catalog.Plans.Select(plan => plan.Id).Distinct())
            Assert.True(catalog.Versions(id).Select(plan => plan.Version).Distinct().Count() == catalog.Versions(id).Length, $"{where}: a version twice");
    }

    private static CatalogDecision Any(Random random, CatalogContext context, IReadOnlyCollection<(PlanId Plan, int Version)> held, bool inPlace)
    {
        var plan = new PlanId(Pick(random, Plans));
        var feature = Id(Pick(random, Features));
        var use = new PlanUse(held.Where(one => one.Plan == plan).ToImmutableDictionary(one => one.Version, _ => new VersionUse(true, true)));

        // A held plan grants its features, also those that an edit in place has taken out of it since.
        var granted = new FeatureUse(held.Count > 0);
        return random.Next(7) switch
        {
            0 => FeatureRules.Create(context, new CreateFeature(feature, "F", FeatureType.Metered) { Consumable = random.Next(2) == 0 }),
            1 => FeatureRules.Update(context, AnyChange(random, feature), granted),
            2 => FeatureRules.Delete(context, feature, granted),
            3 => PlanRules.Create(context, new CreatePlan(plan, "P") { Items = AnyItems(random), AutoEnable = random.Next(3) == 0, AddOn = random.Next(3) == 0 }),
            4 or 5 => PlanRules.Update(context, AnyChange(random, plan) with { DisableVersion = inPlace }, use),
            _ => PlanRules.Delete(context, new DeletePlan(plan, random.Next(2) == 0), use),
        };
    }

    private static UpdateFeature AnyChange(Random random, FeatureId feature) => random.Next(4) switch
    {
        0 => new UpdateFeature(feature) { NewId = Id(Pick(random, Features)) },
        1 => new UpdateFeature(feature) { Type = random.Next(2) == 0 ? FeatureType.Boolean : FeatureType.Metered, Consumable = random.Next(2) == 0 },
        2 => new UpdateFeature(feature) { Consumable = random.Next(2) == 0 },
        _ => new UpdateFeature(feature) { Archived = random.Next(2) == 0 },
    };

    private static UpdatePlan AnyChange(Random random, PlanId plan) => random.Next(5) switch
    {
        0 => new UpdatePlan(plan) { NewId = new PlanId(Pick(random, Plans)) },
        1 => new UpdatePlan(plan) { Items = AnyItems(random), Version = random.Next(3) == 0 ? 1 : null },
        2 => new UpdatePlan(plan) { AutoEnable = random.Next(2) == 0, Archived = random.Next(2) == 0 },
        3 => new UpdatePlan(plan) { Group = random.Next(2) == 0 ? "g" : "", AddOn = random.Next(2) == 0 },
        _ => new UpdatePlan(plan) { Price = random.Next(2) == 0 ? Dollars(random.Next(50), Month) : null },
    };

    private static ImmutableArray<ItemDraft> AnyItems(Random random) => [.. Enumerable.Range(0, random.Next(4)).Select(_ =>
        Item(Pick(random, Features), random.Next(-1, 20), random.Next(2) == 0 ? Month : null) with
        {
            Price = random.Next(4) == 0 ? ByUse(1, Month) : null,
            EntityFeature = random.Next(8) == 0 ? Id("seats") : null,
        })];

    private static string Pick(Random random, string[] of) => of[random.Next(of.Length)];
}
