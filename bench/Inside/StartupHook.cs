using System.Diagnostics.Metrics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

/// <summary>
/// Loaded into Sluice by the bench (DOTNET_STARTUP_HOOKS), so that the product carries no code for it. SIGUSR2 makes a full
/// collection and writes what is left of the heap to the file that BENCH_INSIDE names with ".heap"; SIGCONT writes p50 and p99
/// of the commits since the SIGCONT before (ms), and how many there were, to the one with ".commits".
/// </summary>
[UnsupportedOSPlatform("windows")]
internal static class StartupHook
{
    private const PosixSignal SigUsr2 = (PosixSignal)12;
    private static readonly Lock Gate = new();
    private static readonly List<PosixSignalRegistration> Registered = [];
    private static List<double> _commits = [];

    public static void Initialize()
    {
        Registered.Add(PosixSignalRegistration.Create(SigUsr2, static context =>
        {
            context.Cancel = true;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Tell("heap", GC.GetTotalMemory(false).ToString(CultureInfo.InvariantCulture));
        }));
        Registered.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, static context =>
        {
            context.Cancel = true;
            Tell("commits", Commits());
        }));
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "Sluice", Name: "sluice.commit.duration" }) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>(static (_, seconds, _, _) =>
        {
            lock (Gate) _commits.Add(seconds * 1000);
        });
        listener.Start();
    }

    private static string Commits()
    {
        List<double> took;
        lock (Gate) (took, _commits) = (_commits, []);
        took.Sort();
        return took.Count == 0 ? "0 0 0" : string.Create(CultureInfo.InvariantCulture, $"{took[took.Count / 2]:0.000} {took[(int)(took.Count * 0.99)]:0.000} {took.Count}");
    }

    private static void Tell(string what, string text)
    {
        var file = $"{Environment.GetEnvironmentVariable("BENCH_INSIDE")}.{what}";
        File.WriteAllText(file + ".part", text);
        File.Move(file + ".part", file, overwrite: true);
    }
}
