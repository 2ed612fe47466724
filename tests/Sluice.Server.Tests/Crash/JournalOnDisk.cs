using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tests.Crash;

/// <summary>
/// Reads the journal of a stopped server row by row, without its loader and its snapshots: the chain of hashes must hold
/// and the entries alone must give every customer back.
/// </summary>
internal static class JournalOnDisk
{
    /// <summary>Every living customer by its id.</summary>
    public static async Task<Dictionary<string, Customer>> Replay(string data)
    {
        var file = Path.Combine(data, SqliteStore.FileName);
        var terms = await Terms(file);
        var customers = new Dictionary<(int Scope, long Key), (Customer Customer, byte[] Hash)>();
        await using var connection = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=false");
        connection.Open();
        using (var rows = connection.CreateCommand())
        {
            rows.CommandText = "select scope, customer, version, schema, body, hash, properties from journal order by scope, customer, version";
            using var row = rows.ExecuteReader();
            while (row.Read())
            {
                var key = (row.GetInt32(0), row.GetInt64(1));
                var (before, hash) = customers.TryGetValue(key, out var known) ? (known.Customer, known.Hash) : (null, JournalFormat.FirstHash);
                customers[key] = Applied(before, hash, row, terms);
            }
        }

        AgreeWithHeads(connection, customers);
        return customers.Values.Select(one => one.Customer).Where(customer => !customer.Deleted).ToDictionary(customer => customer.Profile.Id!);
    }

    private static (Customer Customer, byte[] Hash) Applied(Customer? before, byte[] previous, SqliteDataReader row, ImmutableDictionary<TermsId, ItemTerms> terms)
    {
        Assert.Equal((before?.Version ?? 0) + 1, row.GetInt64(2));
        var body = row.GetFieldValue<byte[]>(4);
        JsonText? properties = row.IsDBNull(6) ? null : new JsonText(row.GetString(6));
        var hash = row.GetFieldValue<byte[]>(5);
        Assert.Equal(hash, JournalFormat.Hash(previous, body, properties));
        var (events, at) = JournalFormat.ReadEntry(row.GetInt32(3), body, properties, id => terms[id]);
        return (CustomerState.ApplyEntry(before, events, at), hash);
    }

    private static void AgreeWithHeads(SqliteConnection connection, Dictionary<(int Scope, long Key), (Customer Customer, byte[] Hash)> customers)
    {
        using var heads = connection.CreateCommand();
        heads.CommandText = """
            select v.scope, v.key, v.version + (select count(*) from journal j where j.scope = v.scope and j.customer = v.key and j.no > v.last_no), c.external_id
            from customer c join customer_version v using (scope, key) where c.deleted = 0
            """;
        using var head = heads.ExecuteReader();
        var count = 0;
        while (head.Read())
        {
            var customer = customers[(head.GetInt32(0), head.GetInt64(1))].Customer;
            Assert.Equal((head.GetInt64(2), head.GetString(3)), (customer.Version, customer.Profile.Id!));
            count++;
        }

        Assert.Equal(customers.Values.Count(one => !one.Customer.Deleted), count);
    }

    private static async Task<ImmutableDictionary<TermsId, ItemTerms>> Terms(string file)
    {
        await using var store = new SqliteStore(file);
        await store.Migrate();
        var all = ImmutableDictionary<TermsId, ItemTerms>.Empty;
        foreach (var scope in await store.Scopes()) all = all.SetItems((await store.LoadCatalog(scope.Id)).Terms.Where(_ => scope.Environment == "sandbox"));
        return all;
    }
}
