using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Sluice.Storage;

/// <summary>The database was written by a newer Sluice than this one.</summary>
public sealed class NewerDatabaseException(int found, int known)
    : Exception($"The database has schema {found}, this version of Sluice knows up to {known}: start the newer version again, or restore a backup from before the upgrade.");

/// <summary>The numbered files beside this one, each applied once, in order, in a transaction of its own.</summary>
internal static class Migrations
{
    private const string Folder = "Sluice.Storage.Sqlite.";

    public static void Apply(SqliteConnection connection)
    {
        connection.Execute("create table if not exists schema_migration (number integer primary key, name text not null) strict");
        var applied = connection.ExecuteScalar<int?>("select max(number) from schema_migration") ?? 0;
        var known = Files();
        if (applied > known[^1].Number) throw new NewerDatabaseException(applied, known[^1].Number);
        foreach (var (number, name) in known.Where(file => file.Number > applied))
        {
            using var transaction = connection.BeginTransaction();
            connection.Execute(Read(name), transaction: transaction);
            connection.Execute("insert into schema_migration (number, name) values (@number, @name)", new { number, name = name[Folder.Length..] }, transaction);
            transaction.Commit();
        }
    }

    private static List<(int Number, string Name)> Files() =>
        [.. typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => (int.Parse(name.AsSpan(Folder.Length, 3), CultureInfo.InvariantCulture), name))
            .Order()];

    private static string Read(string name)
    {
        using var stream = typeof(Migrations).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
