using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>A change of a scope's catalog, fenced on the catalog's version.</summary>
internal sealed class CatalogWriter(sqlite3 database) : IDisposable
{
    private readonly Statement _move = new(database, "update scope set catalog_version = catalog_version + 1 where id = ? and catalog_version = ?");

    private readonly Statement _addTerms = new(database, "insert into terms (scope, id, body) values (?, ?, ?)");

    private readonly Statement _dropFeature = new(database, "delete from feature where scope = ? and id = ?");

    private readonly Statement _dropPlan = new(database, "delete from plan where scope = ? and id = ? and version = ?");

    private readonly Statement _putFeature = new(database, """
        insert into feature (scope, id, body) values (?, ?, ?) on conflict (scope, id) do update set body = excluded.body
        """);

    private readonly Statement _putPlan = new(database, """
        insert into plan (scope, id, version, body) values (?, ?, ?, ?) on conflict (scope, id, version) do update set body = excluded.body
        """);

    private readonly Statement _dropReward = new(database, "delete from reward where scope = ? and id = ?");

    private readonly Statement _dropProgram = new(database, "delete from referral_program where scope = ? and id = ?");

    private readonly Statement _putReward = new(database, """
        insert into reward (scope, id, body) values (?, ?, ?) on conflict (scope, id) do update set body = excluded.body
        """);

    private readonly Statement _putProgram = new(database, """
        insert into referral_program (scope, id, body) values (?, ?, ?) on conflict (scope, id) do update set body = excluded.body
        """);

    public bool TryWrite(CatalogChange change)
    {
        var scope = change.Scope.Value;
        if (_move.Bind(scope).Bind(change.ExpectedVersion).Run() != 1) return false;
        foreach (var terms in change.NewTerms) _addTerms.Bind(scope).Bind(terms.Id.Value).BindText(CatalogFormat.Write(terms)).Run();
        foreach (var feature in change.DropFeatures) _dropFeature.Bind(scope).Bind(feature.Value).Run();
        foreach (var (plan, version) in change.DropPlans) _dropPlan.Bind(scope).Bind(plan.Value).Bind(version).Run();
        foreach (var feature in change.PutFeatures) _putFeature.Bind(scope).Bind(feature.Id.Value).BindText(CatalogFormat.Write(feature)).Run();
        foreach (var plan in change.PutPlans) _putPlan.Bind(scope).Bind(plan.Id.Value).Bind(plan.Version).BindText(CatalogFormat.Write(plan)).Run();
        foreach (var program in change.DropPrograms) _dropProgram.Bind(scope).Bind(program).Run();
        foreach (var reward in change.DropRewards) _dropReward.Bind(scope).Bind(reward).Run();
        foreach (var reward in change.PutRewards) _putReward.Bind(scope).Bind(reward.Id).BindText(RewardBookFormat.Write(reward)).Run();
        foreach (var program in change.PutPrograms) _putProgram.Bind(scope).Bind(program.Id).BindText(RewardBookFormat.Write(program)).Run();
        return true;
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
