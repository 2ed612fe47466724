using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The rows that lists of entities and of their licences are read from.</summary>
internal sealed class EntityWriter(IStatements statements) : IDisposable
{
    private readonly IStatement _put = statements.Prepare("""
        insert into entity (scope, customer, no, external_id, search, created_at) values (?, ?, ?, ?, ?, ?)
        on conflict (scope, customer, no) do update set external_id = excluded.external_id, search = excluded.search
        """);

    private readonly IStatement _drop = statements.Prepare("delete from entity where scope = ? and customer = ? and no = ?");

    private readonly IStatement _erase = statements.Prepare("delete from entity where scope = ? and customer = ?");

    private readonly IStatement _assign = statements.Prepare("""
        insert into license_assignment (scope, customer, no, entity_id, plan, started_at) values (?, ?, ?, ?, ?, ?)
        """);

    private readonly IStatement _release = statements.Prepare("update license_assignment set ended_at = ? where scope = ? and customer = ? and no = ?");

    private readonly IStatement _eraseAssignments = statements.Prepare("delete from license_assignment where scope = ? and customer = ?");

    public void Write(ScopeId scope, CustomerKey customer, EntityChange change)
    {
        if (change.Row is { } row)
            _put.Bind(scope.Value).Bind(customer.Value).Bind(change.No.Value).Bind(row.Id).Bind(SearchText.Of(row)).Bind(row.CreatedAt.Milliseconds).Run();
        else
            _drop.Bind(scope.Value).Bind(customer.Value).Bind(change.No.Value).Run();
    }

    /// <param name="at">The moment of the entry.</param>
    public void Write(ScopeId scope, CustomerKey customer, LicenseChange change, Instant at)
    {
        if (change.EndedAt is { } ended)
            _release.Bind(ended.Milliseconds).Bind(scope.Value).Bind(customer.Value).Bind(change.No.Value).Run();
        else
            _assign.Bind(scope.Value).Bind(customer.Value).Bind(change.No.Value).Bind(change.EntityId).Bind(change.Plan.Value).Bind(at.Milliseconds).Run();
    }

    public void Erase(ScopeId scope, CustomerKey customer)
    {
        _erase.Bind(scope.Value).Bind(customer.Value).Run();
        _eraseAssignments.Bind(scope.Value).Bind(customer.Value).Run();
    }

    public void Dispose()
    {
        _put.Dispose();
        _drop.Dispose();
        _erase.Dispose();
        _assign.Dispose();
        _release.Dispose();
        _eraseAssignments.Dispose();
    }
}
