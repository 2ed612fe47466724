using System.Globalization;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>
/// "sluice verify": tells every customer again from its journal and holds it against all that is stored. Works beside a
/// running server and on a backup; stopped, it goes on where it was.
/// </summary>
internal static class Verifying
{
    private const int Page = 500;
    private const int MostShown = 100;

    /// <param name="after">"scope:customer", as progress lines print it; null = from the start.</param>
    /// <returns>0 = all fits together, 1 = something does not.</returns>
    public static async Task<int> Run(IStore store, IAuditStore audit, string? after, TextWriter output)
    {
        var (scope, key) = Position(after);
        var catalogs = new Dictionary<ScopeId, StoredCatalog>();
        var (customers, entries, shortened, broken) = (0L, 0L, 0L, 0L);
        while (await audit.CustomersAfter(scope, key, Page) is { Count: > 0 } page)
        {
            foreach (var (of, customer) in page)
            {
                (scope, key) = (of, customer);
                if (await audit.ReadFile(of, customer) is not { } file) continue;
                if (!catalogs.ContainsKey(of)) catalogs[of] = await store.LoadCatalog(of);
                customers++;
                entries += file.Version - (file.Checkpoint?.Version ?? 0);
                if (file.Checkpoint is not null) shortened++;
                var faults = await CustomerAudit.Check(audit, file, id => catalogs[of].Terms[id]);
                if (faults.Count == 0) continue;
                if (++broken <= MostShown) await output.WriteLineAsync($"scope {of.Value}, customer {file.ExternalId ?? customer.ToString()} ({customer}): {string.Join("; ", faults)}");
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{customers} customers, {entries} entries checked; go on with --after {scope.Value}:{key.Value}"));
        }

        foreach (var row in await store.Scopes())
        {
            if (await audit.NumbersOf(row.Id) is { AreGapless: false } numbers)
            {
                broken++;
                await output.WriteLineAsync($"scope {row.Id.Value} ({row.Name}): {numbers.Given} invoices have a number, the greatest is {numbers.Greatest}, the counter is at {numbers.Counter}: they must be the same");
            }
        }

        if (shortened > 0) await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{shortened} customers begin at a checkpoint: what was before it is gone by SLUICE_KEEP_USAGE_DAYS and was not compared."));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{customers} customers, {entries} entries: {(broken == 0 ? "everything fits together" : $"{broken} do not fit together")}."));
        return broken == 0 ? 0 : 1;
    }

    private static (ScopeId, CustomerKey) Position(string? after)
    {
        if (after is null) return (new ScopeId(0), new CustomerKey(0));
        return after.Split(':') is [var scope, var key] && int.TryParse(scope, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? (new ScopeId(first), new CustomerKey(second))
            : throw new UsageException($"verify: \"{after}\" is no position; a progress line names one, as 1:500.");
    }
}
