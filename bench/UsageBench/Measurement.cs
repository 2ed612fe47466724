using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Sluice.Bench;

/// <summary>The same sums twice, in turn: from the server over HTTP, and from one thread that lets SQLite group the rows.</summary>
internal sealed class Measurement(string database, Uri address, string key)
{
    private const int WarmUps = 20;
    private const int Runs = 100;

    private static readonly Asked[] Questions =
    [
        new("by day", null, "''", 50),
        new("by day and property, 8 groups", "properties.model", "json_extract(properties, '$.model')", 300),
        new("by day and property, 1,000 groups", "properties.user", "json_extract(properties, '$.user')", 300),
    ];

    /// <summary>False when an answer was wrong.</summary>
    public async Task<bool> Run()
    {
        using var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly }.ToString());
        connection.Open();
        Console.WriteLine($"{"30 days of one customer",-36} {"p50 ms",9} {"p95 ms",9} {"SQLite p50",11} {"SQLite p95",11} {"p50 ratio",10} {"target p95",11}");
        foreach (var asked in Questions)
        {
            var (ours, plain) = (new List<double>(), new List<double>());
            for (var run = 0; run < WarmUps + Runs; run++)
            {
                var (ourTime, ourSum) = await Timed(() => Ask(http, asked));
                var (plainTime, plainSum) = await Timed(() => Task.FromResult(Scan(connection, asked)));
                if (ourSum != plainSum || ourSum.Count != UsageLoad.MeasuredEvents)
                {
                    Console.WriteLine($"{asked.Label}: {ourSum} over HTTP, {plainSum} in the database");
                    return false;
                }

                if (run < WarmUps) continue;
                ours.Add(ourTime);
                plain.Add(plainTime);
            }

            Console.WriteLine($"{asked.Label,-36} {At(ours, 50),9:N1} {At(ours, 95),9:N1} {At(plain, 50),11:N1} {At(plain, 95),11:N1} {At(ours, 50) / At(plain, 50),10:N2} {(At(ours, 95) <= asked.Target ? $"<= {asked.Target}" : $"MISSED {asked.Target}"),11}");
        }

        return true;
    }

    private static async Task<(long Count, decimal Sum)> Ask(HttpClient http, Asked asked)
    {
        var group = asked.GroupBy is null ? "" : $""","group_by":"{asked.GroupBy}" """;
        using var body = new StringContent($$"""{"customer_id":"{{UsageLoad.Measured}}","feature_id":"messages","range":"30d","bin_size":"day"{{group}}}""", Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync("/v1/events.aggregate", body);
        answer.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
        var total = json.RootElement.GetProperty("total").GetProperty("messages");
        return (total.GetProperty("count").GetInt64(), total.GetProperty("sum").GetDecimal());
    }

    // What a query by hand would be: the rows of the customer lie together, SQLite sums them as floating point.
    private static (long Count, decimal Sum) Scan(SqliteConnection connection, Asked asked)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            select used_at / 86400000, {asked.Group}, count(*), sum(cast(value as real)) from usage
            where scope = (select id from scope where environment = 'sandbox')
              and customer = (select key from customer where external_id = '{UsageLoad.Measured}') and feature = 'messages'
              and used_at >= (unixepoch() / 86400 - 30) * 86400000
            group by 1, 2
            """;
        using var rows = command.ExecuteReader();
        var (count, sum) = (0L, 0m);
        while (rows.Read()) (count, sum) = (count + rows.GetInt64(2), sum + (decimal)rows.GetDouble(3));
        return (count, sum);
    }

    private static async Task<(double Milliseconds, T Result)> Timed<T>(Func<Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        var result = await work();
        return (Stopwatch.GetElapsedTime(started).TotalMilliseconds, result);
    }

    private static double At(List<double> times, int percent) => times.Order().ElementAt((times.Count * percent / 100) - 1);

    private sealed record Asked(string Label, string? GroupBy, string Group, int Target);
}
