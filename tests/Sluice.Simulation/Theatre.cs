using Sluice.Server.Tests.Driving;
using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>Where stories are played: a directory in memory where the machine has one, and a file with keys and catalog that each story starts from.</summary>
internal sealed class Theatre : IDisposable
{
    private const string Memory = "/dev/shm";

    private readonly string _directory;

    private Theatre(string directory) => _directory = directory;

    public static async Task<Theatre> Open()
    {
        var theatre = new Theatre(Directory.CreateDirectory(Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"sluice-simulation-{Environment.ProcessId}")).FullName);
        var tally = new Tally();
        await using var machine = await Machine.Start(theatre.Template, new ManualTime(Life.Start), new Faults(tally), new Bank(tally));
        await machine.Prepare(Offers.Catalog);
        return theatre;
    }

    public Task<(Broken Broken, Step? At)?> Play(int seed, Options options, Sabotage sabotage, Tally tally) =>
        Play(new Writer(seed, options.Customers).Story(options.Steps), options.Customers, sabotage, tally);

    public async Task<(Broken Broken, Step? At)?> Play(IReadOnlyList<Step> steps, int customers, Sabotage sabotage, Tally tally)
    {
        var file = Path.Combine(_directory, SqliteStore.FileName);
        foreach (var part in Directory.GetFiles(_directory, SqliteStore.FileName + "*")) File.Delete(part);
        File.Copy(Template, file);
        return await Life.Live(file, customers, steps, sabotage, tally);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Template => Path.Combine(_directory, "template.db");
}
