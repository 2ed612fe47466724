using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>The store that the settings name, opened and brought up to date.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly DataDirectory? _directory;

    private Database(SqlStore store, DataDirectory? directory, IAsyncDisposable? starting) => (Store, _directory, Starting) = (store, directory, starting);

    public SqlStore Store { get; }

    /// <summary>Something the operator should know, or null.</summary>
    public string? Warning => _directory?.Warning;

    /// <summary>Held while the server starts: nodes on one database start one after the other. Null where there is one node.</summary>
    public IAsyncDisposable? Starting { get; }

    /// <summary>For the server.</summary>
    public static async Task<Database> Open(Settings settings)
    {
        if (settings.Database is { } url)
        {
            var shared = new PostgresStore(url);
            var starting = await shared.StartAlone();
            await shared.Migrate();
            return new Database(shared, null, starting);
        }

        var directory = DataDirectory.Open(settings.Data);
        var store = new SqliteStore(directory.DatabaseFile);
        await store.Migrate();
        return new Database(store, directory, null);
    }

    /// <summary>Beside a running server, or before one.</summary>
    public static async Task<SqlStore> OpenBeside(Settings settings)
    {
        var store = NotMigrated(settings);
        await store.Migrate();
        return store;
    }

    /// <summary>As it was left by whoever used it last.</summary>
    public static SqlStore NotMigrated(Settings settings)
    {
        var file = Path.Combine(settings.Data, SqliteStore.FileName);
        if (settings.Database is null && !File.Exists(file)) throw new SettingsException($"there is no database in {Path.GetFullPath(settings.Data)}; start Sluice there once, or name its directory in SLUICE_DATA.");
        return settings.Database is { } url ? new PostgresStore(url) : new SqliteStore(file);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _directory?.Dispose();
    }
}
