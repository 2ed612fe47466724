using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Which versions an edit touches, and when it makes a new one.</summary>
internal static class PlanVersions
{
    /// <param name="Plans">All versions after the edit, ascending; empty when refused.</param>
    public readonly record struct Edited(ImmutableArray<Plan> Plans, ImmutableArray<ItemTerms> NewTerms, Refusal? Refusal = null);

    /// <summary>
    /// What a customer of the version would feel (price, items, trial, licenses, controls) makes a new version when
    /// someone holds it, so that nobody's plan changes under him. Name, group and the like change in place.
    /// </summary>
    public static Edited Edit(CatalogContext context, UpdatePlan command, ImmutableArray<Plan> versions, PlanUse use)
    {
        ImmutableArray<ItemTerms>? items = null;
        if (command.Items is { } drafts)
        {
            var made = PlanItems.Make(context.Catalog, drafts);
            if (made.Refusal is not null) return new Edited([], [], made.Refusal);
            items = made.Items;
        }

        var writer = new TermsWriter(context.NextTerms);
        var target = command.Version ?? versions[^1].Version;
        var plans = versions.Select(plan => command.AllVersions || plan.Version == target ? Changed(plan, command, items, writer, use.Of(plan.Version).EverHeld) : plan).ToList();
        var at = plans.FindIndex(plan => plan.Version == target);
        var felt = !SameContent(plans[at], versions[at]);
        if (command.ForceVersion || (felt && use.Of(target).Held && !command.DisableVersion && !command.AllVersions))
        {
            plans.Add(plans[at] with { Version = versions[^1].Version + 1, CreatedAt = context.Now, FormerFeatures = [] });
            plans[at] = versions[at];
        }

        // A plan is archived and named by its id as a whole.
        var whole = plans.Select(plan => plan with { Id = command.NewId ?? plan.Id, Archived = command.Archived ?? plan.Archived });
        return new Edited([.. whole], writer.Written);
    }

    private static Plan Changed(Plan plan, UpdatePlan command, ImmutableArray<ItemTerms>? items, TermsWriter writer, bool everHeld) => plan with
    {
        Name = command.Name ?? plan.Name,
        Description = Wording.NullWhenEmpty(command.Description.Or(plan.Description)),
        Group = Wording.NullWhenEmpty(command.Group.Or(plan.Group)),
        AddOn = command.AddOn ?? plan.AddOn,
        AutoEnable = command.AutoEnable ?? plan.AutoEnable,
        Price = command.Price.Or(plan.Price),
        Items = items is { } wanted ? [.. wanted.Select(item => writer.Write(item, plan.Items))] : plan.Items,
        FormerFeatures = everHeld && items is { } kept ? Former(plan, kept) : plan.FormerFeatures,
        FreeTrial = command.FreeTrial.Or(plan.FreeTrial),
        IgnorePastDue = command.IgnorePastDue ?? plan.IgnorePastDue,
        Controls = Wording.NullWhenEmpty(command.Controls.Or(plan.Controls)),
        Licenses = command.Licenses.Or(plan.Licenses),
        Metadata = Wording.NullWhenEmpty(command.Metadata.Or(plan.Metadata)),
        Later = Wording.NullWhenEmpty(command.Later.Or(plan.Later)),
    };

    private static ImmutableArray<FeatureId> Former(Plan plan, ImmutableArray<ItemTerms> items) =>
        [.. plan.FormerFeatures.Union(Named(plan.Items)).Except(Named(items)).Order()];

    private static IEnumerable<FeatureId> Named(ImmutableArray<ItemTerms> items) =>
        items.Select(item => item.Feature).Concat(items.Where(item => item.EntityFeature is not null).Select(item => item.EntityFeature!.Value));

    // Items in another order are the same content.
    private static bool SameContent(Plan a, Plan b) =>
        a.Price == b.Price
        && a.FreeTrial == b.FreeTrial
        && Equals(a.Licenses, b.Licenses)
        && a.Controls == b.Controls
        && a.Items.Select(item => item.Id).ToHashSet().SetEquals(b.Items.Select(item => item.Id));
}
