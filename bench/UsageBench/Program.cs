using System.Diagnostics;
using System.Globalization;
using Sluice.Bench;
using Sluice.Storage;

// UsageBench load <database> <events>       puts usage into the sandbox's customers, through the committer
// UsageBench measure <database> <address>   asks the running server for it, and SQLite without a server for the same
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["load", var database, var events]:
        var started = Stopwatch.GetTimestamp();
        await using (var store = new SqliteStore(database))
        {
            await store.Migrate();
            await new UsageLoad(store, long.Parse(events)).Run();
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine($"{long.Parse(events):N0} events in {seconds:N0} s, {long.Parse(events) / seconds:N0} a second, {new FileInfo(database).Length / 1e9:N1} GB");
        return 0;
    case ["measure", var database, var address]:
        return await new Measurement(database, new Uri(address), Environment.GetEnvironmentVariable("BENCH_KEY")!).Run() ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: UsageBench load <database> <events> | measure <database> <address>");
        return 2;
}
