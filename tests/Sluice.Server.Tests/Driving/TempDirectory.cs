namespace Sluice.Server.Tests.Driving;

/// <summary>A directory of the test's own, gone when the test is.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sluice-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        TestDatabase.Forget(Path);
        Directory.Delete(Path, recursive: true);
    }
}
