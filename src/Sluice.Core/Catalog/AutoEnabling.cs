namespace Sluice.Core;

/// <summary>
/// The plans that enable themselves for a new customer, looked at together. Asked of the whole catalog after every
/// edit, because renames, archiving, deleting a version and edits of a feature can all break it.
/// </summary>
internal static class AutoEnabling
{
    public static Refusal? Check(Catalog catalog) =>
        catalog.AutoEnabled.Select(plan => CheckPlan(catalog, plan)).FirstOrDefault(refusal => refusal is not null) ?? CheckGroups(catalog);

    private static Refusal? CheckPlan(Catalog catalog, Plan plan)
    {
        if (!plan.IsFree && plan.FreeTrial is not { CardRequired: false })
            return new Refusal(RefusalCode.InvalidRequest, $"Plan {plan.Id} has a price, so it cannot have auto_enable: give it a free_trial with card_required false, remove its prices or set auto_enable to false.");

        return plan.NeedsLater is { } field
            ? new Refusal(RefusalCode.NotSupported, $"Plan {plan.Id} uses {field}, which this version of Sluice cannot grant yet: set auto_enable to false.")
            : null;
    }

    private static Refusal? CheckGroups(Catalog catalog) => catalog.AutoEnabled.Where(plan => !plan.AddOn)
        .GroupBy(plan => (Name: plan.Group, plan.IsFree))
        .Where(group => group.Count() > 1)
        .Select(group => new Refusal(
            RefusalCode.InvalidRequest,
            $"Plans {string.Join(" and ", group.Select(plan => plan.Id))} would both start a new customer in {(group.Key.Name is { } name ? $"group {name}" : "the default group")}: keep auto_enable on one of them."))
        .FirstOrDefault();
}
