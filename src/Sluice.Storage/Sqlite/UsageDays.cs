using System.Globalization;
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

    private readonly UsageSums _gathered = new();
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

    public void Gather(ScopeId scope, CustomerKey customer, UsageColumns usage) => _gathered.Add(scope, customer, usage);

    /// <summary>A deleted customer's sums go with its journal, also those gathered in this batch.</summary>
    public void Erase(ScopeId scope, CustomerKey customer)
    {
        _gathered.Erase(scope, customer);
        _erase.Bind(scope.Value).Bind(customer.Value).Run();
    }

    public void Put()
    {
        foreach (var ((scope, day, customer, feature), (count, sum)) in _gathered.All)
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
