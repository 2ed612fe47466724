using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>How features are created, changed and deleted.</summary>
public static class FeatureRules
{
    public static CatalogDecision Create(CatalogContext context, CreateFeature command)
    {
        var catalog = context.Catalog;
        if (Wording.CheckId(command.Id.Value, "feature_id") is { } badId) return badId;
        if (Wording.CheckName(command.Name) is { } badName) return badName;
        if (catalog.Feature(command.Id) is not null) return Taken(command.Id);
        if (CheckConsumable(command.Type, command.Consumable, mustSay: true) is { } unsaid) return unsaid;

        var feature = new Feature(
            command.Id, command.Name!, command.Type, ConsumableOf(command.Type, command.Consumable ?? false), [.. command.EventNames.Distinct()],
            command.CreditSchema, NullWhenEmpty(command.Display), Archived: false, context.Now, Markups.NullWhenEmpty(command.Markups));
        if ((CreditSchemas.Check(catalog, feature) ?? Markups.Check(feature.Markups)) is { } badSchema) return badSchema;
        return CatalogDecision.Accept(catalog, new CatalogEdit { PutFeatures = [feature] });
    }

    public static CatalogDecision Update(CatalogContext context, UpdateFeature command, FeatureUse use)
    {
        var catalog = context.Catalog;
        if (catalog.Feature(command.Id) is not { } before) return Missing(command.Id);
        var type = command.Type ?? before.Type;
        if (CheckConsumable(type, command.Consumable, mustSay: type != before.Type) is { } unsaid) return unsaid;
        if (command.Name is not null && Wording.CheckName(command.Name) is { } badName) return badName;

        var after = before with
        {
            Id = command.NewId ?? before.Id,
            Name = command.Name ?? before.Name,
            Type = type,
            Consumable = ConsumableOf(type, command.Consumable ?? before.Consumable),
            EventNames = command.EventNames is { } names ? [.. names.Distinct()] : before.EventNames,
            CreditSchema = command.CreditSchema ?? before.CreditSchema,
            Display = command.Display is { } display ? NullWhenEmpty(display) : before.Display,
            Archived = command.Archived ?? before.Archived,
            Markups = command.Markups.Of(before.Markups),
        };
        if (CheckTypeChange(catalog, before, after, use) is { } badType) return badType;
        if (CheckRename(catalog, before, after, use) is { } badRename) return badRename;
        if (CheckConsumableChange(catalog, before, after, use) is { } badConsumable) return badConsumable;
        if (Markups.Check(after.Markups) is { } badMarkups) return badMarkups;
        if (command.CreditSchema is not null && CreditSchemas.Check(catalog, after) is { } badSchema) return badSchema;
        return FeatureEdits.Propagate(context, before, after);
    }

    public static CatalogDecision Delete(CatalogContext context, FeatureId id, FeatureUse use)
    {
        var catalog = context.Catalog;
        if (catalog.Feature(id) is null) return Missing(id);
        if (CreditSchemas.Listing(catalog, id) is { } system)
            return new Refusal(RefusalCode.Conflict, $"Feature {id} is listed in credit system {system.Id}: take it out there first, or archive it.");
        if (catalog.Plans.FirstOrDefault(used => used.Uses(id)) is { } plan)
            return new Refusal(RefusalCode.Conflict, $"Feature {id} is used by plan {plan.Id}: take it out of the plan first, or archive it.");
        if (use.EverGranted)
            return new Refusal(RefusalCode.Conflict, $"Feature {id} was granted to customers, who would lose their balances: archive it instead.");
        return CatalogDecision.Accept(catalog, new CatalogEdit
        {
            DropFeatures = [id],
            PutPlans = [.. catalog.Plans.Where(plan => plan.FormerFeatures.Contains(id)).Select(plan => plan with { FormerFeatures = plan.FormerFeatures.Remove(id) })],
        });
    }

    private static Refusal? CheckConsumable(FeatureType type, bool? said, bool mustSay) => (type, said) switch
    {
        (FeatureType.Metered, null) when mustSay => new Refusal(
            RefusalCode.InvalidInputs, "A metered feature must say whether it is consumable: true for what is used up (messages), false for what is held (seats)."),
        (FeatureType.CreditSystem or FeatureType.AiCreditSystem, false) => new Refusal(
            RefusalCode.InvalidFeature, "A credit system is always consumable: leave consumable out."),
        _ => null,
    };

    private static bool ConsumableOf(FeatureType type, bool said) => type switch
    {
        FeatureType.Boolean => false,
        FeatureType.Metered => said,
        FeatureType.CreditSystem or FeatureType.AiCreditSystem => true,
        _ => throw new InvariantViolation($"feature type {type}"),
    };

    private static Refusal? CheckTypeChange(Catalog catalog, Feature before, Feature after, FeatureUse use)
    {
        if (before.Type == after.Type) return null;
        var why = before.IsCredits || after.IsCredits ? "a credit system cannot become another type, nor another type a credit system"
            : use.EverGranted ? "customers have or had it"
            : EntityPlan(catalog, before.Id) is { } plan ? $"plan {plan.Id} counts entities by it"
            : PricedPlan(catalog, before.Id) is { } priced ? $"plan {priced.Id} puts a price on it"
            : CreditSchemas.Listing(catalog, before.Id) is { } system ? $"credit system {system.Id} lists it"
            : null;
        return why is null ? null : new Refusal(RefusalCode.InvalidFeature, $"The type of feature {before.Id} cannot change: {why}. Create a new feature instead.");
    }

    private static Refusal? CheckRename(Catalog catalog, Feature before, Feature after, FeatureUse use)
    {
        if (before.Id == after.Id) return null;
        if (Wording.CheckId(after.Id.Value, "new_feature_id") is { } badId) return badId;
        if (catalog.Feature(after.Id) is not null) return Taken(after.Id);
        if (use.EverGranted)
            return new Refusal(RefusalCode.InvalidFeature, $"The id of feature {before.Id} cannot change: customers have or had it. Change its name instead.");
        return FeatureEdits.NamedInStoredJson(catalog, before.Id) is { } where
            ? new Refusal(RefusalCode.NotSupported, $"The id of feature {before.Id} cannot change while {where} names it: take it out there first.")
            : null;
    }

    private static Refusal? CheckConsumableChange(Catalog catalog, Feature before, Feature after, FeatureUse use)
    {
        if (before.Type != after.Type || before.Consumable == after.Consumable) return null;
        var why = CreditSchemas.Listing(catalog, before.Id) is { } system ? $"credit system {system.Id} lists it"
            : EntityPlan(catalog, before.Id) is { } plan ? $"plan {plan.Id} counts entities by it"
            : use.EverGranted ? "customers have or had it"
            : null;
        return why is null ? null : new Refusal(RefusalCode.InvalidFeature, $"consumable of feature {before.Id} cannot change: {why}. Create a new feature instead.");
    }

    private static Plan? EntityPlan(Catalog catalog, FeatureId id) => catalog.Plans.FirstOrDefault(plan => plan.Items.Any(item => item.EntityFeature == id));

    private static Plan? PricedPlan(Catalog catalog, FeatureId id) =>
        catalog.Plans.FirstOrDefault(plan => plan.Items.Any(item => item.Feature == id && item.Price is not null));

    private static FeatureDisplay? NullWhenEmpty(FeatureDisplay? display) => display is { Singular: null, Plural: null } ? null : display;

    private static Refusal Missing(FeatureId id) => new(RefusalCode.FeatureNotFound, $"Feature {id} does not exist.");

    private static Refusal Taken(FeatureId id) => new(RefusalCode.FeatureExists, $"A feature with the id {id} exists already: choose another id.");
}
