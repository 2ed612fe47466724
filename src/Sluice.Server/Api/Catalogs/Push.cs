using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Features;
using Sluice.Server.Api.Plans;
using Sluice.Server.Api.Referrals;
using Sluice.Server.Api.Rewards;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Catalogs;

/// <summary>
/// catalog.update and catalog.preview_update: a whole catalog in one step, as the command line pushes it. Both make the
/// same decision; the preview does not carry it out.
/// </summary>
internal static class Push
{
    public static async ValueTask<Answer> Update(Call call)
    {
        var body = Body.Of(call.Json);
        var push = Read(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        PushOutcome? outcome = null;
        return await call.ChangeCatalog(
            async context => (outcome = PushRules.Decide(context, push, await InUse(call, context.Catalog))).Decision,
            _ => Answer.Ok(PushBody.Of(outcome!), ApiJson.Default.PushBody));
    }

    public static async ValueTask<Answer> Preview(Call call)
    {
        var body = Body.Of(call.Json);
        var push = Read(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var context = new StoredCatalog(call.Catalog, call.Scope.Terms).At(call.Now);
        var outcome = PushRules.Decide(context, push, await InUse(call, context.Catalog));
        return outcome.Decision is CatalogDecision.Refused refused ? call.Refuse(refused.Refusal) : Answer.Ok(PushBody.Of(outcome), ApiJson.Default.PushBody);
    }

    private static async ValueTask<CatalogInUse> InUse(Call call, Catalog catalog)
    {
        var features = ImmutableDictionary.CreateBuilder<FeatureId, FeatureUse>();
        foreach (var feature in catalog.Features) features[feature.Id] = await CatalogUse.Of(call.Engine.Store, call.Scope.Id, catalog, feature.Id);
        var plans = ImmutableDictionary.CreateBuilder<PlanId, PlanUse>();
        foreach (var plan in catalog.LatestPlans) plans[plan.Id] = await CatalogUse.Of(call.Engine.Store, call.Scope.Id, catalog, plan.Id);
        return new CatalogInUse(features.ToImmutable(), plans.ToImmutable());
    }

    private static CatalogPush Read(Body body)
    {
        var features = (body.Objects("features") ?? []).Select(sent => FeatureFields.Create(sent, FeatureFields.Id(sent))).ToList();
        var plans = (body.Objects("plans") ?? []).Select(sent => new PushedPlan(
            PlanFields.Create(sent, PlanFields.Id(sent)), sent.Flag("disable_version", otherwise: false), sent.Flag("all_versions", otherwise: false))).ToList();
        if (features.Select(feature => feature.Id).Distinct().Count() < features.Count) body.Fault("features", "name each feature once");
        if (plans.Select(plan => plan.Plan.Id).Distinct().Count() < plans.Count) body.Fault("plans", "name each plan once");
        var rewards = body.Objects("rewards")?.Select(RewardFields.Create).ToImmutableArray();
        var programs = body.Objects("referral_programs")?.Select(ProgramCalls.Read).ToImmutableArray();
        if (rewards?.DistinctBy(static reward => reward.Id).Count() < rewards?.Length) body.Fault("rewards", "name each reward once");
        if (programs?.DistinctBy(static program => program.Id).Count() < programs?.Length) body.Fault("referral_programs", "name each referral program once");
        return new CatalogPush(
            [.. features.OrderBy(feature => feature.Type is FeatureType.CreditSystem)],
            [.. plans],
            body.Flag("skip_deletions", otherwise: false),
            [.. (body.Texts("skip_feature_ids") ?? []).Select(id => new FeatureId(id))],
            [.. (body.Texts("skip_plan_ids") ?? []).Select(id => new PlanId(id))])
        {
            Rewards = rewards, Programs = programs,
        };
    }
}

/// <summary>What a push changes, or would change.</summary>
public sealed record PushBody(
    IReadOnlyList<FeatureChangeBody> FeatureChanges,
    IReadOnlyList<PlanChangeBody> PlanChanges,
    IReadOnlyList<NamedChangeBody> RewardChanges,
    IReadOnlyList<NamedChangeBody> ReferralProgramChanges)
{
    internal static PushBody Of(PushOutcome outcome) => new(
        [.. outcome.Features.Select(pushed => new FeatureChangeBody(pushed.Feature, Word(pushed.Action, "create", "update", "remove"), WillArchive(pushed.Action, pushed.WillArchive)))],
        [.. outcome.Plans.Select(pushed => new PlanChangeBody(
            pushed.Plan, new NamedPlanBody(pushed.Plan, pushed.Name), Word(pushed.Action, "created", "updated", "deleted"), pushed.Versionable, WillArchive(pushed.Action, pushed.WillArchive), []))],
        [.. outcome.Rewards.Select(NamedChange)],
        [.. outcome.Programs.Select(NamedChange)]);

    private static NamedChangeBody NamedChange((string Id, PushAction Action) pushed) => new(pushed.Id, Word(pushed.Action, "created", "updated", "deleted"));

    private static bool? WillArchive(PushAction action, bool archives) => action == PushAction.Remove ? archives : null;

    private static string Word(PushAction action, string create, string update, string remove) => action switch
    {
        PushAction.None => "none",
        PushAction.Create => create,
        PushAction.Update => update,
        PushAction.Remove => remove,
        PushAction.Skipped => "skipped",
        _ => throw new InvariantViolation($"push action {action}"),
    };
}

public sealed record FeatureChangeBody(FeatureId FeatureId, string Action, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? WillArchive);

/// <param name="Variants">Always empty: plans have no variants here.</param>
public sealed record PlanChangeBody(
    PlanId PlanId,
    NamedPlanBody Plan,
    string Action,
    bool Versionable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? WillArchive,
    IReadOnlyList<JsonText> Variants);

/// <summary>Of a reward or a referral program.</summary>
public sealed record NamedChangeBody(string Id, string Action);

public sealed record NamedPlanBody(PlanId Id, string Name);
