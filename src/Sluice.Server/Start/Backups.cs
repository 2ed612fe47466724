using Microsoft.Data.Sqlite;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>"sluice backup" and "sluice restore", for a data directory. A PostgreSQL database has tools of its own.</summary>
internal static class Backups
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>A copy of one moment, whole and without a log beside it, while a server goes on. It must not be there yet.</summary>
    public static async Task Make(Settings settings, string target, TextWriter output)
    {
        NotPostgres(settings, "backup");
        target = Path.GetFullPath(target);
        var source = Path.Combine(settings.Data, SqliteStore.FileName);
        if (!File.Exists(source)) throw new SettingsException($"there is no database in {Path.GetFullPath(settings.Data)}: name its directory in SLUICE_DATA.");
        if (File.Exists(target)) throw new SettingsException($"{target} is there already: name a file that is not.");

        // Written under another name first: a copy that was broken off is never taken for a whole one.
        var unfinished = target + ".part";
        File.Delete(unfinished);
        await using (File.Create(unfinished))
        {
        }

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(unfinished, Owner);
        await using (var connection = await Opened(source, SqliteOpenMode.ReadWrite))
        {
            await using var copy = connection.CreateCommand();
            copy.CommandText = "vacuum into $target";
            copy.CommandTimeout = 0;
            copy.Parameters.AddWithValue("$target", unfinished);
            await copy.ExecuteNonQueryAsync();
        }

        await MustBeWhole(unfinished);
        Flush(unfinished);
        File.Move(unfinished, target);
        await output.WriteLineAsync($"{target}: {new FileInfo(target).Length:N0} bytes, whole. \"sluice verify\" with SLUICE_DATA at a restored copy checks every customer.");
    }

    /// <summary>Puts a copy into a data directory that has no database yet.</summary>
    public static async Task Restore(Settings settings, string copy, TextWriter output)
    {
        NotPostgres(settings, "restore");
        if (!File.Exists(copy)) throw new SettingsException($"there is no file {Path.GetFullPath(copy)}.");
        await MustBeWhole(copy);
        using var directory = DataDirectory.Open(settings.Data);
        // A log that was left behind would be taken for that of the copy.
        if (Array.Exists(["", "-wal", "-shm", "-journal"], suffix => File.Exists(directory.DatabaseFile + suffix)))
            throw new SettingsException($"{directory.Path} holds a database or its log already: restore into an empty directory, named in SLUICE_DATA.");
        var unfinished = directory.DatabaseFile + ".part";
        File.Copy(copy, unfinished, overwrite: true);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(unfinished, Owner);
        Flush(unfinished);
        File.Move(unfinished, directory.DatabaseFile);
        await using var store = new SqliteStore(directory.DatabaseFile);
        await store.Migrate();
        await output.WriteLineAsync($"Restored into {directory.Path}. Start Sluice on it; the keys of the copy are those that work.");
    }

    private static void NotPostgres(Settings settings, string errand)
    {
        if (settings.Database is not null) throw new SettingsException($"\"{errand}\" is for a data directory: SLUICE_DATABASE names a PostgreSQL database, which pg_dump or its own tools back up (docs/operations.md).");
    }

    private static async Task MustBeWhole(string file)
    {
        await using var connection = await Opened(file, SqliteOpenMode.ReadOnly);
        await using var check = connection.CreateCommand();
        check.CommandText = "pragma integrity_check";
        check.CommandTimeout = 0;
        string? said;
        try
        {
            said = await check.ExecuteScalarAsync() as string;
        }
        catch (SqliteException broken)
        {
            said = broken.Message;
        }

        if (said != "ok") throw new SettingsException($"{Path.GetFullPath(file)} is no whole copy of a database: {said}.");
    }

    private static async Task<SqliteConnection> Opened(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 60 }.ToString());
        await connection.OpenAsync();
        return connection;
    }

    private static void Flush(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }
}
