using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary><c>keys new</c>: a key for who lost theirs. Works beside a running server, which finds the new key by itself.</summary>
internal static class KeysCommand
{
    public static async Task<int> Run(Settings settings, NewKey asked, TimeProvider time)
    {
        await using var store = await OpenStore(settings);
        var now = Instant.Of(time.GetUtcNow());
        var scopes = new ScopeDirectory(store);
        await scopes.Load(now);
        var key = ApiKeys.Make(asked.Kind, asked.Environment);
        await new ApiKeys(store, scopes).Add(key, asked.Kind, scopes.Environment(asked.Environment).Id, now);
        Console.WriteLine(key);
        return 0;
    }

    /// <summary>The store that a server works on, or has worked on.</summary>
    public static async Task<SqliteStore> OpenStore(Settings settings)
    {
        var file = Path.Combine(settings.Data, SqliteStore.FileName);
        if (!File.Exists(file)) throw new SettingsException($"there is no database in {Path.GetFullPath(settings.Data)}; start Sluice there once, or name its directory in SLUICE_DATA.");
        var store = new SqliteStore(file);
        await store.Migrate();
        return store;
    }
}
