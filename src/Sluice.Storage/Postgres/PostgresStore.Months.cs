using System.Globalization;
using Dapper;
using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The journal lies in months of its entries' moments. Those to come are made ahead, and those that retention has emptied
/// are dropped: both in a moment, and put off when the table is in use for longer, as commits would wait behind them.
/// </summary>
public sealed partial class PostgresStore
{
    private const int MonthsAhead = 2;
    private const string Patience = "500ms";

    private const string Months = """
        select c.relname as Name, coalesce(substring(b.bound from 'FROM \(''?(-?\d+)')::bigint, 0) as Since, substring(b.bound from 'TO \(''?(-?\d+)')::bigint as Until
        from pg_inherits i join pg_class c on c.oid = i.inhrelid cross join lateral (select pg_get_expr(c.relpartbound, c.oid) as bound) b
        where i.inhparent = 'journal'::regclass and b.bound <> 'DEFAULT' order by 2
        """;

    public override async ValueTask<bool> KeepMonths(Instant now)
    {
        await using (var read = await Read())
        {
            if (Missing(await read.Query<Month>(Months), now).Count == 0) return true;
        }

        return await Quickly(async write =>
        {
            // Of several nodes one makes them. Nobody reads meanwhile: who knew the months from before would miss the rows that move.
            await write.Execute("lock table only journal in access exclusive mode");
            foreach (var (name, since, until) in Missing(await write.Query<Month>(Months), now)) await Make(write, name, since, until);
        });
    }

    private static List<Month> Missing(IReadOnlyList<Month> there, Instant now)
    {
        var missing = new List<Month>();
        var first = now.ToUtc();
        for (var ahead = 0; ahead <= MonthsAhead; ahead++)
        {
            var begin = new DateTime(first.Year, first.Month, 1, 0, 0, 0, DateTimeKind.Utc).AddMonths(ahead);
            var (since, until) = (Milliseconds(begin), Milliseconds(begin.AddMonths(1)));
            if (!there.Any(month => month.Since <= since && since < month.Until)) missing.Add(new Month($"journal_{begin.ToString("yyyy_MM", CultureInfo.InvariantCulture)}", since, until));
        }

        return missing;
    }

    public override async ValueTask EndRetention(Instant before)
    {
        await base.EndRetention(before);
        await using var read = await Read();
        foreach (var month in (await read.Query<Month>(Months)).Where(month => month.Until <= before.Milliseconds))
        {
            if (await read.Scalar<bool>($"select exists (select from {month.Name})")) continue;

            // Dead rows would be read again to see that nothing is there: that must not take time while commits wait.
            await read.Execute($"vacuum {month.Name}");
            await Quickly(async write =>
            {
                await write.Execute("lock table only journal in access exclusive mode");
                if (await write.Scalar<long>($"select pg_relation_size('{month.Name}')") == 0) await write.Execute($"drop table {month.Name}");
            });
        }
    }

    // What lies in journal_rest of that month moves over.
    private static async Task Make(Session write, string name, long since, long until)
    {
        await write.Execute($"create table {name} (like journal including defaults)");
        await write.Execute("lock table journal_rest in access exclusive mode");
        await write.Execute($"with moved as (delete from journal_rest where at >= {since} and at < {until} returning *) insert into {name} select * from moved");
        await write.Execute($"alter table journal attach partition {name} for values from ({since}) to ({until})");
    }

    /// <summary>False: it would have had to wait, and nothing was done.</summary>
    private async ValueTask<bool> Quickly(Func<Session, Task> work)
    {
        try
        {
            await InOne(async write =>
            {
                await write.Execute($"set local lock_timeout = '{Patience}'");
                await work(write);
            });
            return true;
        }
        catch (PostgresException inUse) when (inUse.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return false;
        }
    }

    private static long Milliseconds(DateTime utc) => new DateTimeOffset(utc).ToUnixTimeMilliseconds();

    private sealed record Month(string Name, long Since, long Until);
}
