using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>How plans are created, changed, versioned and deleted.</summary>
public static class PlanRules
{
    public static CatalogDecision Create(CatalogContext context, CreatePlan command)
    {
        var catalog = context.Catalog;
        if (Wording.CheckId(command.Id.Value, "plan_id") is { } badId) return badId;
        if (Wording.CheckName(command.Name) is { } badName) return badName;
        if (catalog.Plan(command.Id) is not null) return Taken(command.Id);
        var (items, badItem) = PlanItems.Make(catalog, command.Items);
        if (badItem is not null) return badItem;

        var writer = new TermsWriter(context.NextTerms);
        var plan = new Plan(
            command.Id, 1, command.Name!, Wording.NullWhenEmpty(command.Description), Wording.NullWhenEmpty(command.Group),
            command.AddOn, command.AutoEnable, command.Price, [.. items.Select(item => writer.Write(item, []))], command.FreeTrial,
            command.IgnorePastDue, Wording.NullWhenEmpty(command.Controls), command.Licenses,
            Wording.NullWhenEmpty(command.Metadata), Archived: false, context.Now, Wording.NullWhenEmpty(command.Later));
        if (CheckWhole(plan, catalog.Policy.Currency) is { } badPlan) return badPlan;
        return CatalogDecision.Accept(catalog, new CatalogEdit { PutPlans = [plan], NewTerms = writer.Written });
    }

    public static CatalogDecision Update(CatalogContext context, UpdatePlan command, PlanUse use)
    {
        var catalog = context.Catalog;
        if (catalog.Plan(command.Id, command.Version) is not { } target) return Missing(command.Id, command.Version);
        if (new[] { command.DisableVersion, command.ForceVersion, command.AllVersions }.Count(said => said) > 1)
            return new Refusal(RefusalCode.InvalidInputs, "disable_version, force_version and all_versions exclude one another: send one of them.");
        if (command.Name is not null && Wording.CheckName(command.Name) is { } badName) return badName;
        if (CheckRename(catalog, command, use) is { } badRename) return badRename;

        var versions = catalog.Versions(command.Id);
        var edited = PlanVersions.Edit(context, command, versions, use);
        if (edited.Refusal is { } refusal) return refusal;
        if (edited.Plans.Select(plan => CheckWhole(plan, catalog.Policy.Currency)).FirstOrDefault(bad => bad is not null) is { } badPlan) return badPlan;
        if (command.AutoEnable == true && !edited.Plans[^1].AutoEnable)
            return new Refusal(RefusalCode.InvalidRequest, $"Only the latest version of plan {command.Id} can have auto_enable: leave out version.");

        var standing = versions.ToDictionary(plan => plan.Version);
        return CatalogDecision.Accept(catalog, new CatalogEdit
        {
            PutPlans = [.. edited.Plans.Where(plan => !standing.TryGetValue(plan.Version, out var old) || !plan.SameAs(old))],
            DropPlans = edited.Plans[^1].Id == command.Id ? [] : [.. versions.Select(plan => (plan.Id, plan.Version))],
            NewTerms = edited.NewTerms,
        });
    }

    public static CatalogDecision Delete(CatalogContext context, DeletePlan command, PlanUse use)
    {
        var versions = context.Catalog.Versions(command.Id);
        if (versions.IsEmpty) return Missing(command.Id, null);
        var going = command.AllVersions ? versions : [versions[^1]];
        if (going.FirstOrDefault(plan => use.Of(plan.Version).EverHeld) is { } held)
        {
            return new Refusal(
                RefusalCode.InvalidRequest, $"Version {held.Version} of plan {held.Id} is or was held by customers, so it cannot be deleted: archive the plan instead.");
        }

        return CatalogDecision.Accept(context.Catalog, new CatalogEdit { DropPlans = [.. going.Select(plan => (plan.Id, plan.Version))] });
    }

    private static Refusal? CheckRename(Catalog catalog, UpdatePlan command, PlanUse use)
    {
        if (command.NewId is not { } newId || newId == command.Id) return null;
        if (Wording.CheckId(newId.Value, "new_plan_id") is { } badId) return badId;
        if (catalog.Plan(newId) is not null) return Taken(newId);
        if (use.EverHeld)
            return new Refusal(RefusalCode.Conflict, $"The id of plan {command.Id} cannot change: customers hold or held it. Change its name instead.");
        var parent = catalog.Plans.FirstOrDefault(plan => plan.Licenses?.Offers.Any(license => license.Plan == command.Id) == true);
        return parent is null ? null
            : new Refusal(RefusalCode.NotSupported, $"The id of plan {command.Id} cannot change while licenses of plan {parent.Id} name it: take it out there first.");
    }

    /// <summary>What must hold of a plan as a whole, however it came about.</summary>
    /// <param name="currency">The tenant's, of prices that say none.</param>
    internal static Refusal? CheckWhole(Plan plan, Currency currency)
    {
        if (plan.Price is { } price && ItemPrices.CheckBase(price) is { } badPrice) return badPrice;
        if (CurrencyRules.Check(plan, currency) is { } badCurrency) return badCurrency;
        if (ItemPrices.CheckMix(plan.Price, plan.Items) is { } badMix) return badMix;
        if (plan.FreeTrial is { Length: < 1 }) return new Refusal(RefusalCode.InvalidInputs, "free_trial.duration_length is less than 1.");
        return plan is { FreeTrial: not null, IsOneOff: true }
            ? new Refusal(RefusalCode.InvalidInputs, $"Plan {plan.Id} is paid once, so it cannot have a free_trial: leave it out.")
            : null;
    }

    private static Refusal Missing(PlanId id, int? version) =>
        new(RefusalCode.PlanNotFound, version is null ? $"Plan {id} does not exist." : $"Plan {id} has no version {version}.");

    private static Refusal Taken(PlanId id) => new(RefusalCode.PlanExists, $"A plan with the id {id} exists already: choose another id.");
}
