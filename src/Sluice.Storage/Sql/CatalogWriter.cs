using Sluice.Core;

namespace Sluice.Storage;

/// <summary>A change of a scope's catalog, whose version was compared before.</summary>
internal sealed class CatalogWriter(IStatements statements) : IDisposable
{
    private readonly IStatement _move = statements.Prepare("update scope set catalog_version = catalog_version + 1 where id = ?");

    private readonly IStatement _addTerms = statements.Prepare("insert into terms (scope, id, body) values (?, ?, ?)");

    private readonly IStatement _dropFeature = statements.Prepare("delete from feature where scope = ? and id = ?");

    private readonly IStatement _dropPlan = statements.Prepare("delete from plan where scope = ? and id = ? and version = ?");

    private readonly IStatement _putFeature = statements.Prepare("""
        insert into feature (scope, id, body) values (?, ?, ?) on conflict (scope, id) do update set body = excluded.body
        """);

    private readonly IStatement _putPlan = statements.Prepare("""
        insert into plan (scope, id, version, body) values (?, ?, ?, ?) on conflict (scope, id, version) do update set body = excluded.body
        """);

    private readonly IStatement _dropReward = statements.Prepare("delete from reward where scope = ? and id = ?");

    private readonly IStatement _dropProgram = statements.Prepare("delete from referral_program where scope = ? and id = ?");

    private readonly IStatement _putReward = statements.Prepare("""
        insert into reward (scope, id, body) values (?, ?, ?) on conflict (scope, id) do update set body = excluded.body
        """);

    private readonly IStatement _putProgram = statements.Prepare("""
        insert into referral_program (scope, id, body) values (?, ?, ?) on conflict (scope, id) do update set body = excluded.body
        """);

    public void Write(CatalogChange change)
    {
        var scope = change.Scope.Value;
        _move.Bind(scope).Run();
        foreach (var terms in change.NewTerms) _addTerms.Bind(scope).Bind(terms.Id.Value).BindText(CatalogFormat.Write(terms)).Run();
        foreach (var feature in change.DropFeatures) _dropFeature.Bind(scope).Bind(feature.Value).Run();
        foreach (var (plan, version) in change.DropPlans) _dropPlan.Bind(scope).Bind(plan.Value).Bind(version).Run();
        foreach (var feature in change.PutFeatures) _putFeature.Bind(scope).Bind(feature.Id.Value).BindText(CatalogFormat.Write(feature)).Run();
        foreach (var plan in change.PutPlans) _putPlan.Bind(scope).Bind(plan.Id.Value).Bind(plan.Version).BindText(CatalogFormat.Write(plan)).Run();
        foreach (var program in change.DropPrograms) _dropProgram.Bind(scope).Bind(program).Run();
        foreach (var reward in change.DropRewards) _dropReward.Bind(scope).Bind(reward).Run();
        foreach (var reward in change.PutRewards) _putReward.Bind(scope).Bind(reward.Id).BindText(RewardBookFormat.Write(reward)).Run();
        foreach (var program in change.PutPrograms) _putProgram.Bind(scope).Bind(program.Id).BindText(RewardBookFormat.Write(program)).Run();
    }

    public void Dispose()
    {
        _move.Dispose();
        _addTerms.Dispose();
        _dropFeature.Dispose();
        _dropPlan.Dispose();
        _putFeature.Dispose();
        _putPlan.Dispose();
        _dropReward.Dispose();
        _dropProgram.Dispose();
        _putReward.Dispose();
        _putProgram.Dispose();
    }
}
