using System.Globalization;

namespace Sluice.Storage;

/// <summary>The database was written by a newer Sluice than this one.</summary>
public sealed class NewerDatabaseException(int found, int known)
    : Exception($"The database has schema {found}, this version of Sluice knows up to {known}: start the newer version again, or restore a backup from before the upgrade.");

/// <summary>The numbered .sql files of a database's folder, each to be applied once, in order, in a transaction of its own.</summary>
internal static class Migrations
{
    public const string Table = "create table if not exists schema_migration (number integer primary key, name text not null)";
    public const string Applied = "select max(number) from schema_migration";
    public const string Note = "insert into schema_migration (number, name) values (@Number, @Name)";

    /// <param name="folder">"Sqlite" or "Postgres".</param>
    /// <param name="applied">The last one that the database has; 0 = none.</param>
    public static IEnumerable<Migration> Missing(string folder, int applied)
    {
        var prefix = $"Sluice.Storage.{folder}.";
        var known = typeof(Migrations).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name => new Migration(int.Parse(name.AsSpan(prefix.Length, 3), CultureInfo.InvariantCulture), name[prefix.Length..], name))
            .OrderBy(static file => file.Number)
            .ToList();
        return applied > known[^1].Number ? throw new NewerDatabaseException(applied, known[^1].Number) : known.Where(file => file.Number > applied);
    }
}

internal sealed record Migration(int Number, string Name, string Resource)
{
    public string Sql()
    {
        using var stream = typeof(Migration).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
