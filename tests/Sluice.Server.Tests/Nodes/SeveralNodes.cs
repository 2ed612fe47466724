using Sluice.Tests;

namespace Sluice.Server.Tests.Nodes;

/// <summary>Server processes side by side on one PostgreSQL database.</summary>
internal sealed class SeveralNodes : IAsyncDisposable
{
    private readonly TempDirectory _directory;
    private readonly PostgresServer? _postgres;
    private readonly ServerProcess[] _nodes;

    private SeveralNodes(TempDirectory directory, PostgresServer? postgres, string database, ServerProcess[] nodes)
    {
        (_directory, _postgres, Database, _nodes) = (directory, postgres, database, nodes);
        Api = Array.ConvertAll(nodes, static node => node.Client());
    }

    public string Database { get; }

    /// <summary>One client for each node.</summary>
    public ApiClient[] Api { get; }

    /// <param name="follower">The standby of that server, which the nodes are told, too.</param>
    public static async Task<SeveralNodes> Start(int count, PostgresServer? postgres = null, PostgresServer? follower = null)
    {
        postgres ??= PostgresServer.Shared;
        var (directory, database) = (new TempDirectory(), postgres.Create());
        if (follower is not null) database = database.Replace($":{postgres.Port}", $":{postgres.Port},127.0.0.1:{follower.Port}", StringComparison.Ordinal);
        var settings = new Dictionary<string, string> { ["SLUICE_DATABASE"] = database, ["SLUICE_WEBHOOKS_ALLOW_PRIVATE"] = "true" };

        // The first one makes the tables and the example catalog, the others find them.
        var first = await ServerProcess.Start(directory["node0"], environment: settings);
        var others = await Task.WhenAll(Enumerable.Range(1, count - 1).Select(at => ServerProcess.Start(directory[$"node{at}"], demo: false, settings)));
        return new SeveralNodes(directory, follower is null ? postgres : null, database, [first, .. others]);
    }

    public string Ask(string sql) => _postgres!.Ask(Database, sql);

    /// <summary>Node number <paramref name="at"/> is gone from one moment to the next.</summary>
    public Task Kill(int at) => _nodes[at].Kill();

    public string Output(int at) => _nodes[at].Output;

    public async ValueTask DisposeAsync()
    {
        foreach (var api in Api) api.Dispose();
        foreach (var node in _nodes) await node.DisposeAsync();
        _postgres?.Drop(Database);
        _directory.Dispose();
    }
}
