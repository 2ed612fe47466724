using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// Brings a catalog to what a push says, by the same rules as single changes, as one edit: all of it or nothing. A
/// preview is the same decision, not carried out.
/// </summary>
public static class PushRules
{
    public static PushOutcome Decide(CatalogContext context, CatalogPush push, CatalogInUse use)
    {
        var steps = new Steps(context);
        var features = push.Features.Select(feature => PushFeature(steps, feature, push, use)).ToList();

        // What gives way comes first, so that what enables itself can move from one plan to another.
        var gone = push.KeepOthers ? [] : context.Catalog.LatestPlans.Where(plan => !plan.Archived && push.Plans.All(pushed => pushed.Plan.Id != plan.Id)).ToList();
        var removed = gone.Select(plan => RemovePlan(steps, plan, push, use)).ToList();
        var plans = new Dictionary<PlanId, PlanPushed>();
        foreach (var pushed in push.Plans.OrderBy(pushed => pushed.Plan.AutoEnable)) plans[pushed.Plan.Id] = PushPlan(steps, pushed, push, use);

        var unused = push.KeepOthers ? [] : context.Catalog.Features.Reverse().Where(feature => !feature.Archived && push.Features.All(pushed => pushed.Id != feature.Id));
        features.AddRange(unused.OrderBy(feature => !feature.IsCredits).Select(feature => RemoveFeature(steps, feature.Id, push, use)).ToList());

        // What rewards name is judged when all the rest stands.
        var (rewards, programs) = steps.TakeRewards(push);
        return new PushOutcome([.. features], [.. push.Plans.Select(pushed => plans[pushed.Plan.Id]), .. removed], steps.Decision) { Rewards = rewards, Programs = programs };
    }

    private static FeaturePushed PushFeature(Steps steps, CreateFeature wanted, CatalogPush push, CatalogInUse use)
    {
        if (push.SkipFeatures.Contains(wanted.Id)) return new FeaturePushed(wanted.Id, PushAction.Skipped);
        if (steps.Catalog.Feature(wanted.Id) is null)
        {
            steps.Take(context => FeatureRules.Create(context, wanted), $"features[{wanted.Id}]");
            return new FeaturePushed(wanted.Id, PushAction.Create);
        }

        var update = new UpdateFeature(wanted.Id)
        {
            Name = wanted.Name, Type = wanted.Type, Consumable = wanted.Consumable, EventNames = wanted.EventNames, CreditSchema = wanted.CreditSchema,
            Markups = MarkupsChange.To(wanted.Markups),
        };
        var changed = steps.Take(context => FeatureRules.Update(context, update, use.Of(wanted.Id)), $"features[{wanted.Id}]");
        return new FeaturePushed(wanted.Id, changed ? PushAction.Update : PushAction.None);
    }

    private static PlanPushed PushPlan(Steps steps, PushedPlan pushed, CatalogPush push, CatalogInUse use)
    {
        var wanted = pushed.Plan;
        if (push.SkipPlans.Contains(wanted.Id)) return new PlanPushed(wanted.Id, wanted.Name ?? "", PushAction.Skipped);
        if (steps.Catalog.Plan(wanted.Id) is null)
        {
            steps.Take(context => PlanRules.Create(context, wanted), $"plans[{wanted.Id}]");
            return new PlanPushed(wanted.Id, wanted.Name ?? "", PushAction.Create);
        }

        var update = Whole(wanted);
        var versions = steps.Catalog.Versions(wanted.Id).Length;
        var versionable = PlanRules.Update(steps.Context, update, use.Of(wanted.Id)) is CatalogDecision.Accepted asVersion && asVersion.After.Versions(wanted.Id).Length > versions;
        var chosen = update with { DisableVersion = pushed.InPlace, AllVersions = pushed.AllVersions };
        var changed = steps.Take(context => PlanRules.Update(context, chosen, use.Of(wanted.Id)), $"plans[{wanted.Id}]");
        return new PlanPushed(wanted.Id, wanted.Name ?? "", changed ? PushAction.Update : PushAction.None, versionable);
    }

    private static PlanPushed RemovePlan(Steps steps, Plan plan, CatalogPush push, CatalogInUse use)
    {
        if (push.SkipPlans.Contains(plan.Id)) return new PlanPushed(plan.Id, plan.Name, PushAction.Skipped);
        var held = use.Of(plan.Id).EverHeld;
        steps.Take(
            context => held
                ? PlanRules.Update(context, new UpdatePlan(plan.Id) { Archived = true }, use.Of(plan.Id))
                : PlanRules.Delete(context, new DeletePlan(plan.Id, AllVersions: true), use.Of(plan.Id)),
            $"plans[{plan.Id}]");
        return new PlanPushed(plan.Id, plan.Name, PushAction.Remove, WillArchive: held);
    }

    private static FeaturePushed RemoveFeature(Steps steps, FeatureId id, CatalogPush push, CatalogInUse use)
    {
        if (push.SkipFeatures.Contains(id)) return new FeaturePushed(id, PushAction.Skipped);

        // Whether it is still in use only its own rule knows.
        var inUse = FeatureRules.Delete(steps.Context, id, use.Of(id)) is CatalogDecision.Refused;
        steps.Take(
            context => inUse ? FeatureRules.Update(context, new UpdateFeature(id) { Archived = true }, use.Of(id)) : FeatureRules.Delete(context, id, use.Of(id)),
            $"features[{id}]");
        return new FeaturePushed(id, PushAction.Remove, WillArchive: inUse);
    }

    // A pushed plan says everything about what it grants; metadata and billing controls only when it names them.
    private static UpdatePlan Whole(CreatePlan wanted) => new(wanted.Id)
    {
        Name = wanted.Name,
        Description = wanted.Description,
        Group = wanted.Group,
        AddOn = wanted.AddOn,
        AutoEnable = wanted.AutoEnable,
        Price = wanted.Price,
        Items = wanted.Items,
        FreeTrial = wanted.FreeTrial,
        Licenses = wanted.Licenses,
        Controls = wanted.Controls is { } controls ? controls : default(Change<BillingControls?>),
        Metadata = wanted.Metadata is { } metadata ? metadata : default(Change<JsonText?>),
    };

    /// <summary>Changes one after the other on a catalog that is not stored yet; the first refusal stands for all.</summary>
    private sealed class Steps(CatalogContext start)
    {
        private readonly Catalog _before = start.Catalog;
        private CatalogEdit _edit = new();
        private Refusal? _refusal;

        public CatalogContext Context { get; private set; } = start with { Catalog = start.Catalog.With(RewardBook.Empty) };

        public Catalog Catalog => Context.Catalog;

        public CatalogDecision Decision => _refusal is { } refusal ? refusal : new CatalogDecision.Accepted(_edit, _edit.ApplyTo(_before));

        public (ImmutableArray<(string, PushAction)> Rewards, ImmutableArray<(string, PushAction)> Programs) TakeRewards(CatalogPush push)
        {
            var (rewards, programs, decision) = RewardPush.Decide(Context with { Catalog = Catalog.With(_before.Rewards) }, push);
            if (decision is CatalogDecision.Refused refused) _refusal ??= refused.Refusal;
            else _edit = _edit.Then(((CatalogDecision.Accepted)decision).Edit);
            return (rewards, programs);
        }

        /// <summary>True when something changes.</summary>
        public bool Take(Func<CatalogContext, CatalogDecision> rule, string path)
        {
            switch (rule(Context))
            {
                case CatalogDecision.Refused refused:
                    _refusal ??= refused.Refusal.Of(path);
                    return false;
                case CatalogDecision.Accepted accepted:
                    _edit = _edit.Then(accepted.Edit);
                    Context = Context with { Catalog = accepted.After, NextTerms = new TermsId(Context.NextTerms.Value + accepted.Edit.NewTerms.Length) };
                    return !accepted.Edit.IsEmpty;
                default:
                    throw new InvariantViolation("a catalog decision is accepted or refused");
            }
        }
    }
}
