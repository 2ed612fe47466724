using Dapper;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Operators and their secrets.</summary>
public sealed partial class SqliteStore
{
    private const string SecretColumns = "select kind, hash, body, origin, created_at, expires_at, spent_at from secret where kind = @kind and hash = @hash";

    public ValueTask<IReadOnlyList<OperatorRow>> Operators()
    {
        using var connection = Read();
        IReadOnlyList<OperatorRow> rows = [.. connection.Query<(string Name, string Password, long CreatedAt)>("select name, password, created_at from operator order by created_at, name")
            .Select(static row => new OperatorRow(row.Name, row.Password, new Instant(row.CreatedAt)))];
        return ValueTask.FromResult(rows);
    }

    public ValueTask PutOperator(OperatorRow row) => Write(
        "insert into operator (name, password, created_at) values (@Name, @Password, @created) on conflict (name) do update set password = excluded.password",
        new { row.Name, row.Password, created = row.CreatedAt.Milliseconds });

    public ValueTask PutSecret(SecretRow row) => Write(
        "insert into secret (kind, hash, body, origin, created_at, expires_at) values (@kind, @Hash, @Body, @Origin, @created, @expires)",
        new { kind = (int)row.Kind, row.Hash, row.Body, row.Origin, created = row.CreatedAt.Milliseconds, expires = row.ExpiresAt.Milliseconds });

    public ValueTask<SecretRow?> FindSecret(SecretKind kind, byte[] hash, Instant now)
    {
        using var connection = Read();
        var row = connection.QuerySingleOrDefault<StoredSecret>($"{SecretColumns} and expires_at > @now", new { kind = (int)kind, hash, now = now.Milliseconds });
        return ValueTask.FromResult(row?.ToRow());
    }

    public ValueTask<SecretRow?> SpendSecret(SecretKind kind, byte[] hash, Instant now)
    {
        lock (_writing)
        {
            var values = new { kind = (int)kind, hash, now = now.Milliseconds };
            var row = Opened.QuerySingleOrDefault<StoredSecret>($"{SecretColumns} and expires_at > @now", values);
            if (row is { SpentAt: null }) Opened.Execute("update secret set spent_at = @now where kind = @kind and hash = @hash", values);
            return ValueTask.FromResult(row?.ToRow());
        }
    }

    public ValueTask DropSecrets(SecretKind kind, string body) => Write("delete from secret where kind = @kind and body = @body", new { kind = (int)kind, body });

    public ValueTask DropSecret(SecretKind kind, byte[] hash) => Write("delete from secret where kind = @kind and hash = @hash", new { kind = (int)kind, hash });

    public ValueTask DropSecretsOf(byte[] origin) => Write("delete from secret where origin = @origin", new { origin });

    public ValueTask SweepSecrets(Instant now) => Write("delete from secret where expires_at <= @now", new { now = now.Milliseconds });

    private ValueTask Write(string sql, object values)
    {
        lock (_writing) Opened.Execute(sql, values);
        return ValueTask.CompletedTask;
    }

    private sealed record StoredSecret(long Kind, byte[] Hash, string Body, byte[]? Origin, long CreatedAt, long ExpiresAt, long? SpentAt)
    {
        public SecretRow ToRow() => new((SecretKind)Kind, Hash, Body, Origin, new Instant(CreatedAt), new Instant(ExpiresAt), SpentAt is { } at ? new Instant(at) : null);
    }
}
