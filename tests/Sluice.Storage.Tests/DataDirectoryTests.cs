namespace Sluice.Storage.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("sluice-").FullName;

    private string Wanted => Path.Combine(_parent, "data");

    public void Dispose() => Directory.Delete(_parent, recursive: true);

    [Fact]
    public void It_is_made_for_its_owner_only()
    {
        using var data = DataDirectory.Open(Wanted);
        Assert.Null(data.Warning);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Wanted));
        Assert.Equal(Path.Combine(Wanted, "sluice.db"), data.DatabaseFile);
    }

    [Fact]
    public void It_is_held_by_one_at_a_time()
    {
        using (DataDirectory.Open(Wanted))
        {
            var refused = Assert.Throws<DataDirectoryInUseException>(() => DataDirectory.Open(Wanted));
            Assert.Contains(Wanted, refused.Message, StringComparison.Ordinal);
        }

        DataDirectory.Open(Wanted).Dispose();
    }

    [Fact]
    public void One_that_others_may_enter_is_used_with_a_warning()
    {
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(Wanted);
        File.SetUnixFileMode(Wanted, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead);
        using var data = DataDirectory.Open(Wanted);
        Assert.Contains("740", data.Warning!, StringComparison.Ordinal);
    }
}
