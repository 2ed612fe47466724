using Sluice.Server.Start;
using Sluice.Server.Tests.Driving;
using Sluice.Storage;

namespace Sluice.Server.Tests.Start;

/// <summary>verify, backup, restore and migrate --check, beside a running server and on a copy.</summary>
public sealed class ErrandTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TempDirectory _other = new();

    public void Dispose()
    {
        _directory.Dispose();
        _other.Dispose();
    }

    [SqliteFact]
    public async Task A_copy_made_under_load_is_whole_and_holds_all_that_was_answered_before()
    {
        await using var server = await RunningServer.Start(directory: _directory);
        for (var i = 0; i < 20; i++) await server.Api.Create($"c{i}");
        await server.Api.Track("c0", 5);
        using var stop = new CancellationTokenSource();
        var load = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++) await server.Api.Track($"c{(i % 19) + 1}", 1);
        });
        var copy = Path.Combine(_other.Path, "copy.db");
        Assert.Equal(0, (await ErrandRun.Run(_directory, new Errand.Backup(copy))).Code);
        Assert.Equal(0, (await ErrandRun.Run(_directory, new Errand.Verify(null))).Code);
        await stop.CancelAsync();
        await load;

        using var restored = new TempDirectory();
        await File.WriteAllTextAsync(restored[$"{SqliteStore.FileName}-wal"], "left behind");
        await Assert.ThrowsAsync<SettingsException>(() => ErrandRun.Run(restored, new Errand.Restore(copy)));
        File.Delete(restored[$"{SqliteStore.FileName}-wal"]);
        Assert.Equal(0, (await ErrandRun.Run(restored, new Errand.Restore(copy))).Code);
        var (code, said) = await ErrandRun.Run(restored, new Errand.Verify(null));
        Assert.Equal(0, code);
        Assert.Contains("20 customers", said, StringComparison.Ordinal);
        Assert.Contains("everything fits together", said, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SettingsException>(() => ErrandRun.Run(restored, new Errand.Restore(copy)));
        await Assert.ThrowsAsync<SettingsException>(() => ErrandRun.Run(_directory, new Errand.Backup(copy)));
    }

    [Fact]
    public async Task A_changed_byte_is_found_named_and_where_it_stopped_it_goes_on()
    {
        await using (var server = await RunningServer.Start(directory: _directory))
        {
            foreach (var id in (string[])["ada", "bob", "eve"])
            {
                await server.Api.Create(id);
                await server.Api.Track(id, 3);
            }
        }

        Assert.Equal(1, await StoredState.Change(_directory, "update journal set body = replace(body, '\"amount\":3', '\"amount\":2') where customer = (select max(customer) from journal) and body like '%\"amount\":3%'"));
        var (code, said) = await ErrandRun.Run(_directory, new Errand.Verify(null));
        Assert.Equal(1, code);
        Assert.Contains("customer eve", said, StringComparison.Ordinal);
        Assert.Contains("does not match its hash", said, StringComparison.Ordinal);
        Assert.DoesNotContain("customer ada", said, StringComparison.Ordinal);
        var position = said.Split("--after ")[1].Split('\n')[0];
        Assert.StartsWith("0 customers", (await ErrandRun.Run(_directory, new Errand.Verify(position))).Said, StringComparison.Ordinal);
        await Assert.ThrowsAsync<UsageException>(() => ErrandRun.Run(_directory, new Errand.Verify("here")));
    }

    [SqliteFact]
    public async Task A_broken_copy_is_refused()
    {
        var copy = Path.Combine(_other.Path, "broken.db");
        await File.WriteAllTextAsync(copy, "this is no database at all, whatever it is called");
        await Assert.ThrowsAsync<SettingsException>(() => ErrandRun.Run(_directory, new Errand.Restore(copy)));
    }

    [Fact]
    public async Task A_database_of_an_older_version_is_told_and_left_as_it_is()
    {
        await (await RunningServer.Start(directory: _directory)).DisposeAsync();
        Assert.Equal((0, "The database is of this version."), await Checked());
        Assert.Equal(1, await StoredState.Change(_directory, "delete from schema_migration where number = (select max(number) from schema_migration)"));
        var (code, said) = await Checked();
        Assert.Equal(1, code);
        Assert.Contains("would apply", said, StringComparison.Ordinal);
        Assert.Equal((1, said), await Checked());
    }

    private async Task<(int, string)> Checked()
    {
        var (code, said) = await ErrandRun.Run(_directory, new Errand.CheckSchema());
        return (code, said.Trim());
    }
}
