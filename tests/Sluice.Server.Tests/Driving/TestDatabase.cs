using System.Collections.Concurrent;
using Sluice.Tests;

namespace Sluice.Server.Tests.Driving;

/// <summary>On which database the tests run: SQLite, or PostgreSQL when SLUICE_TEST_DATABASE says "postgres".</summary>
internal static class TestDatabase
{
    private static readonly ConcurrentDictionary<string, string> Databases = new();

    public static bool IsPostgres { get; } = Environment.GetEnvironmentVariable("SLUICE_TEST_DATABASE") == "postgres";

    /// <summary>The database that belongs to a directory: a server started there again finds what was there.</summary>
    public static string Of(TempDirectory directory) => Databases.GetOrAdd(directory.Path, _ => PostgresServer.Shared.Create());

    public static void Forget(string directory)
    {
        if (Databases.TryRemove(directory, out var url)) PostgresServer.Shared.Drop(url);
    }
}
