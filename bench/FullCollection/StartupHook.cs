using System.Globalization;
using System.Runtime.InteropServices;

/// <summary>
/// Loaded into Sluice by the bench (DOTNET_STARTUP_HOOKS), so that the product carries no code for it: SIGUSR2 makes a
/// full collection and writes what is left of the heap to the file that BENCH_HEAP_FILE names.
/// </summary>
internal static class StartupHook
{
    private const PosixSignal SigUsr2 = (PosixSignal)12;
    private static PosixSignalRegistration? _registered;

    public static void Initialize() => _registered = PosixSignalRegistration.Create(SigUsr2, context =>
    {
        context.Cancel = true;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var file = Environment.GetEnvironmentVariable("BENCH_HEAP_FILE")!;
        File.WriteAllText(file + ".part", GC.GetTotalMemory(false).ToString(CultureInfo.InvariantCulture));
        File.Move(file + ".part", file, overwrite: true);
    });
}
