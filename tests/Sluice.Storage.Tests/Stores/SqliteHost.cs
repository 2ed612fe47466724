using Dapper;
using Microsoft.Data.Sqlite;

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

    public override void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Assert.NotEqual(0, connection.Execute(sql));
    }

    public override ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }
}
