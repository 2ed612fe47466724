using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The daily sums of usage: gathered while a batch is written, put into the table once before it commits. A batch that
/// is written again begins again from nothing.
/// </summary>
internal sealed class UsageDays : IDisposable
{
    private const string Add = "add_exactly";

    private readonly Dictionary<(int Scope, long Day, long Customer, string Feature), (long Count, decimal Sum)> _gathered = [];
    private readonly Statement _put;
    private readonly Statement _erase;

    public UsageDays(SqliteConnection connection, SQLitePCL.sqlite3 database)
    {
        connection.CreateFunction<string, string, string>(Add, static (a, b) => Text(Number(a) + Number(b)), isDeterministic: true);
        _put = new Statement(database, $"""
            insert into usage_day (scope, day, customer, feature, count, sum) values (?, ?, ?, ?, ?, ?)
            on conflict (scope, day, customer, feature) do update set count = count + excluded.count, sum = {Add}(sum, excluded.sum)
            """);
        _erase = new Statement(database, "delete from usage_day where scope = ? and customer = ?");
    }

    public static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);

    public void Clear() => _gathered.Clear();

    public void Gather(ScopeId scope, CustomerKey customer, UsageColumns usage)
    {
        if (!usage.Listed) return;
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_gathered, (scope.Value, Day.Of(usage.UsedAt), customer.Value, usage.Feature), out _);
        sum = (sum.Count + 1, sum.Sum + usage.Value.Value);
    }

    /// <summary>A deleted customer's sums go with its journal, also those gathered in this batch.</summary>
    public void Erase(ScopeId scope, CustomerKey customer)
    {
        foreach (var key in _gathered.Keys.Where(key => key.Scope == scope.Value && key.Customer == customer.Value).ToList()) _gathered.Remove(key);
        _erase.Bind(scope.Value).Bind(customer.Value).Run();
    }

    public void Put()
    {
        foreach (var ((scope, day, customer, feature), (count, sum)) in _gathered)
            _put.Bind(scope).Bind(day).Bind(customer).Bind(feature).Bind(count).Bind(Text(sum)).Run();
        _gathered.Clear();
    }

    public void Dispose()
    {
        _put.Dispose();
        _erase.Dispose();
    }

    private static string Text(decimal sum) => sum.ToString("0.##########", CultureInfo.InvariantCulture);
}
