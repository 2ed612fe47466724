using Sluice.Server.Start;

namespace Sluice.Server.Tests.Driving;

/// <summary>What the command line does besides serving, on the database of a directory.</summary>
internal static class ErrandRun
{
    public static async Task<(int Code, string Said)> Run(TempDirectory directory, Errand errand, TimeProvider? time = null)
    {
        var settings = new Settings(directory.Path, "127.0.0.1", 0, null, null, RequestLogging.None, 1) { Database = TestDatabase.IsPostgres ? TestDatabase.Of(directory) : null };
        await using var said = new StringWriter();
        return (await Errands.Run(settings, errand, said, time ?? TimeProvider.System), said.ToString());
    }
}
