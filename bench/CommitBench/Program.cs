using System.Diagnostics;
using System.Globalization;
using Sluice.Bench;
using Sluice.Storage;

// dotnet run --project bench/CommitBench -- [directory] [seconds] [producers]
// How many durable track-like units a second the committer writes to SQLite: spread over 1,000 customers, and on one.
var directory = args.Length > 0 ? args[0] : Path.Combine(Path.GetTempPath(), "sluice-commit-bench");
var seconds = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 5;
var producers = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 64;

foreach (var customers in new[] { 1000, 1, 1000, 1 })
{
    if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    Directory.CreateDirectory(directory);
    await using var store = new SqliteStore(Path.Combine(directory, SqliteStore.FileName));
    await store.Migrate();
    var load = new Load(new Committer(store, new CommitterLimits(), fault => Console.Error.WriteLine(fault)), customers);
    await load.Prepare();
    var (batches, units, cpu, started) = (load.Committer.Batches, load.Committer.Units, Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
    var latencies = await load.Run(producers, TimeSpan.FromSeconds(seconds));
    var took = Stopwatch.GetElapsedTime(started);
    (batches, units, cpu) = (load.Committer.Batches - batches, load.Committer.Units - units, Environment.CpuUsage.TotalTime - cpu);
    await load.Committer.StopAsync();
    latencies.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{customers,5} customers, {producers} producers: {units / took.TotalSeconds,8:N0} units/s, {units / (double)batches,6:N1} per batch, p50 {latencies[latencies.Count / 2]:N2} ms, p99 {latencies[latencies.Count * 99 / 100]:N2} ms, cpu {cpu.TotalMicroseconds / units:N1} us/unit, {new FileInfo(Path.Combine(directory, SqliteStore.FileName)).Length / (double)units:N0} bytes/unit"));
}
