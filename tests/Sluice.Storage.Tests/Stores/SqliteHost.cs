namespace Sluice.Storage.Tests;

internal sealed class SqliteHost : StoreHost
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("sluice-").FullName;

    public string File => Path.Combine(Directory, SqliteStore.FileName);

    public override async Task<IStore> Open()
    {
        var store = new SqliteStore(File);
        await store.Migrate();
        return store;
    }

    public override ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
