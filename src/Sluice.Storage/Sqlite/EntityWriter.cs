using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The rows that lists of entities are read from.</summary>
internal sealed class EntityWriter(sqlite3 database) : IDisposable
{
    private readonly Statement _put = new(database, """
        insert into entity (scope, customer, no, external_id, search, created_at) values (?, ?, ?, ?, ?, ?)
        on conflict (scope, customer, no) do update set external_id = excluded.external_id, search = excluded.search
        """);

    private readonly Statement _drop = new(database, "delete from entity where scope = ? and customer = ? and no = ?");

    private readonly Statement _erase = new(database, "delete from entity where scope = ? and customer = ?");

    public void Write(ScopeId scope, CustomerKey customer, EntityChange change)
    {
        if (change.Row is { } row)
            _put.Bind(scope.Value).Bind(customer.Value).Bind(change.No.Value).Bind(row.Id).Bind(SearchText.Of(row)).Bind(row.CreatedAt.Milliseconds).Run();
        else
            _drop.Bind(scope.Value).Bind(customer.Value).Bind(change.No.Value).Run();
    }

    public void Erase(ScopeId scope, CustomerKey customer) => _erase.Bind(scope.Value).Bind(customer.Value).Run();

    public void Dispose()
    {
        _put.Dispose();
        _drop.Dispose();
        _erase.Dispose();
    }
}
