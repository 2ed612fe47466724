using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Carries a changed feature into everything that refers to it.</summary>
internal static class FeatureEdits
{
    public static CatalogDecision Propagate(CatalogContext context, Feature before, Feature after)
    {
        var catalog = context.Catalog;
        var features = catalog.Features
            .Select(feature => (Old: feature, New: Renamed(feature.Id == before.Id ? after : feature, before.Id, after.Id)))
            .Where(pair => !pair.New.SameAs(pair.Old))
            .Select(pair => pair.New)
            .ToImmutableArray();

        var writer = new TermsWriter(context.NextTerms);
        var plans = ImmutableArray.CreateBuilder<Plan>();
        foreach (var plan in catalog.Plans)
        {
            var items = plan.Items.Select(item => writer.Write(Refit(item, before, after), plan.Items)).ToImmutableArray();
            if (PlanItems.CheckTwice(items) is { } twice)
                return new Refusal(RefusalCode.InvalidFeature, $"Feature {before.Id} cannot change like that: in plan {plan.Id}, {twice.Message}");
            // A feature that can change its id is one that nobody has had.
            var edited = plan with { Items = items, FormerFeatures = before.Id == after.Id ? plan.FormerFeatures : plan.FormerFeatures.Remove(before.Id) };
            if (!edited.SameAs(plan)) plans.Add(edited);
        }

        return CatalogDecision.Accept(catalog, new CatalogEdit
        {
            PutFeatures = features,
            DropFeatures = before.Id == after.Id ? [] : [before.Id],
            PutPlans = plans.DrainToImmutable(),
            NewTerms = writer.Written,
        });
    }

    /// <summary>Where stored JSON, which is not read here, names the feature; a rename would leave the old name in it.</summary>
    public static string? NamedInStoredJson(Catalog catalog, FeatureId id)
    {
        bool Names(JsonText? json) => json?.Value.Contains($"\"{id}\"", StringComparison.Ordinal) ?? false;
        foreach (var plan in catalog.Plans)
        {
            if (plan.Controls?.Names(id) == true) return $"billing_controls of plan {plan.Id}";
            if (Names(plan.Licenses?.Stored)) return $"licenses of plan {plan.Id}";
            if (Names(plan.Later) || plan.Items.Any(item => Names(item.Later))) return $"plan {plan.Id}";
        }

        return null;
    }

    private static Feature Renamed(Feature feature, FeatureId from, FeatureId to) => feature.CreditSchema.Any(cost => cost.Feature == from)
        ? feature with { CreditSchema = [.. feature.CreditSchema.Select(cost => cost.Feature == from ? cost with { Feature = to } : cost)] }
        : feature;

    private static ItemTerms Refit(ItemTerms item, Feature before, Feature after)
    {
        if (item.EntityFeature == before.Id) item = item with { EntityFeature = after.Id };
        if (item.Feature != before.Id) return item;
        item = item with { Feature = after.Id };
        if (before.Type == after.Type && before.Consumable == after.Consumable) return item;

        // A flag knows no amount: who had it on goes on without a limit.
        return PlanItems.Normal(before.IsBoolean && !after.IsBoolean ? item with { Unlimited = true } : item, after);
    }
}
