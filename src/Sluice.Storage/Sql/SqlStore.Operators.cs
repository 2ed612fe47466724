using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Operators and their secrets.</summary>
public abstract partial class SqlStore
{
    private const string SecretColumns = "select kind, hash, body, origin, created_at, expires_at, spent_at from secret where kind = @kind and hash = @hash";

    public async ValueTask<IReadOnlyList<OperatorRow>> Operators()
    {
        await using var read = await Read();
        var rows = await read.Query<(string Name, string Password, long CreatedAt)>("select name, password, created_at from operator order by created_at, name");
        return [.. rows.Select(static row => new OperatorRow(row.Name, row.Password, new Instant(row.CreatedAt)))];
    }

    public ValueTask PutOperator(OperatorRow row) => Write(
        "insert into operator (name, password, created_at) values (@Name, @Password, @created) on conflict (name) do update set password = excluded.password",
        new { row.Name, row.Password, created = row.CreatedAt.Milliseconds });

    public ValueTask PutSecret(SecretRow row) => Write(
        "insert into secret (kind, hash, body, origin, created_at, expires_at) values (@kind, @Hash, @Body, @Origin, @created, @expires)",
        new { kind = (int)row.Kind, row.Hash, row.Body, row.Origin, created = row.CreatedAt.Milliseconds, expires = row.ExpiresAt.Milliseconds });

    public async ValueTask<SecretRow?> FindSecret(SecretKind kind, byte[] hash, Instant now)
    {
        await using var read = await Read();
        return (await read.One<StoredSecret>($"{SecretColumns} and expires_at > @now", new { kind = (int)kind, hash, now = now.Milliseconds }))?.ToRow();
    }

    public ValueTask<SecretRow?> SpendSecret(SecretKind kind, byte[] hash, Instant now) => InOne(async write =>
    {
        var values = new { kind = (int)kind, hash, now = now.Milliseconds };
        var row = await write.One<StoredSecret>($"{SecretColumns} and expires_at > @now {Sql.ForUpdate}", values);
        if (row is { SpentAt: null }) await write.Execute("update secret set spent_at = @now where kind = @kind and hash = @hash", values);
        return row?.ToRow();
    });

    public ValueTask DropSecrets(SecretKind kind, string body) => Write("delete from secret where kind = @kind and body = @body", new { kind = (int)kind, body });

    public ValueTask DropSecret(SecretKind kind, byte[] hash) => Write("delete from secret where kind = @kind and hash = @hash", new { kind = (int)kind, hash });

    public ValueTask DropSecretsOf(byte[] origin) => Write("delete from secret where origin = @origin", new { origin });

    public ValueTask SweepSecrets(Instant now) => Write("delete from secret where expires_at <= @now", new { now = now.Milliseconds });

    private sealed record StoredSecret(long Kind, byte[] Hash, string Body, byte[]? Origin, long CreatedAt, long ExpiresAt, long? SpentAt)
    {
        public SecretRow ToRow() => new((SecretKind)Kind, Hash, Body, Origin, new Instant(CreatedAt), new Instant(ExpiresAt), SpentAt is { } at ? new Instant(at) : null);
    }
}
