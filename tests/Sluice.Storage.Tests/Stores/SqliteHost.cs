using Dapper;
using Microsoft.Data.Sqlite;

namespace Sluice.Storage.Tests;

/// <param name="gathering">When usage is gathered; null = as it is by itself.</param>
internal sealed class SqliteHost(GatheringLimits? gathering = null) : StoreHost
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("sluice-").FullName;

    public string File => Path.Combine(Directory, SqliteStore.FileName);

    public override async Task<IStore> Open()
    {
        var store = new SqliteStore(File, gathering ?? new GatheringLimits());
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
