using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Looks for claims on a connection of its own, with a statement that is kept: whoever is new is looked for here before it is
/// made, and to prepare the statement takes several times as long as to run it. Used by one at a time.
/// </summary>
internal sealed class ClaimReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _find;
    private readonly long?[] _row = new long?[2];

    public ClaimReader(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        _find = new Statement(
            _connection.Handle ?? throw new InvariantViolation("the connection is closed"),
            "select customer, expires_at from claim where scope = ? and kind = ? and key = ? and (expires_at is null or expires_at > ?)");
    }

    public ClaimFound? Find(ClaimKey key, Instant now)
    {
        if (!_find.Bind(key.Scope.Value).Bind((long)key.Kind).Bind(key.Key).Bind(now.Milliseconds).RunFor(_row)) return null;
        return new ClaimFound(
            _row[0] is { } customer ? new CustomerKey(customer) : null,
            _row[1] is { } expires ? new Instant(expires) : null);
    }

    public void Dispose()
    {
        _find.Dispose();
        _connection.Dispose();
    }
}
