namespace Sluice.Server.Tests.Driving;

/// <summary>About files of SQLite, so it says nothing where the tests run on PostgreSQL.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SqliteFactAttribute : FactAttribute
{
    public SqliteFactAttribute() => Skip = TestDatabase.IsPostgres ? "about SQLite's files" : null;
}
