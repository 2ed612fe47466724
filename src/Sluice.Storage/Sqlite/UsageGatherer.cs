using SQLitePCL;

namespace Sluice.Storage;

/// <summary>
/// Puts listed usage into the table that is ordered by customer, some thousands of rows at a time and in that order: row
/// by row each would touch a page of its own.
/// </summary>
internal sealed class UsageGatherer : IDisposable
{
    private const int Enough = 4_096;

    private readonly Statement _gather;
    private readonly Statement _mark;
    private int _waiting;

    public UsageGatherer(sqlite3 database)
    {
        _gather = new Statement(database, """
            insert into usage (scope, customer, used_at, version, no, feature, value, properties, entity)
            select scope, customer, used_at, version, no, feature, value, properties, entity from journal
            where no > (select next from counter where name = 'gathered') and listed = 1
            order by scope, customer, used_at, version
            """);
        _mark = new Statement(database, "update counter set next = max(next, (select coalesce(max(no), 0) from journal)) where name = 'gathered'");
    }

    /// <summary>Rows were appended in the open transaction.</summary>
    public void Appended(int rows) => _waiting += rows;

    /// <summary>In the open transaction, when enough has come together.</summary>
    public void GatherWhenDue()
    {
        if (_waiting >= Enough) Gather();
    }

    public void Gather()
    {
        _gather.Run();
        _mark.Run();
        _waiting = 0;
    }

    public void Dispose()
    {
        _gather.Dispose();
        _mark.Dispose();
    }
}
