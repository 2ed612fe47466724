using Sluice.Tests;

namespace Sluice.Storage.Tests;

internal sealed class PostgresHost : StoreHost
{
    private readonly string _url = PostgresServer.Shared.Create();

    public string Url => _url;

    public override async Task<IStore> Open()
    {
        var store = new PostgresStore(_url);
        await store.Migrate();
        return store;
    }

    public string Ask(string sql) => PostgresServer.Shared.Ask(_url, sql);

    public override void Tamper(string sql) => Ask(sql);

    public override ValueTask DisposeAsync()
    {
        PostgresServer.Shared.Drop(_url);
        return ValueTask.CompletedTask;
    }
}
