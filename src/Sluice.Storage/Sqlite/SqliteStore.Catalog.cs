using System.Collections.Immutable;
using System.Text;
using Dapper;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Scopes with their catalogs, keys, and the numbers of customers.</summary>
public sealed partial class SqliteStore
{
    private const string ScopeColumns = "select id, tenant, environment, name, created_at as CreatedAt, label, color, icon from scope";

    public ValueTask<IReadOnlyList<ScopeRow>> Scopes()
    {
        using var connection = Read();
        IReadOnlyList<ScopeRow> scopes = [.. connection.Query<StoredScope>($"{ScopeColumns} where ended_at is null order by id").Select(row => row.ToRow())];
        return ValueTask.FromResult(scopes);
    }

    public ValueTask<ScopeRow> AddScope(string tenant, string environment, string name, Instant now)
    {
        lock (_writing)
        {
            var values = new { tenant, environment, name, now = now.Milliseconds };
            Opened.Execute(
                "insert into scope (tenant, environment, name, created_at) values (@tenant, @environment, @name, @now) on conflict do nothing", values);
            var added = Opened.QuerySingle<StoredScope>(
                $"{ScopeColumns} where tenant = @tenant and environment = @environment and name = @name", values);
            return ValueTask.FromResult(added.ToRow());
        }
    }

    public ValueTask<StoredCatalog> LoadCatalog(ScopeId scope)
    {
        using var connection = Read();
        using var transaction = connection.BeginTransaction(deferred: true);
        var of = new { scope = scope.Value };
        var version = connection.ExecuteScalar<long>("select catalog_version from scope where id = @scope", of, transaction);
        var terms = connection.Query<(long Id, string Body)>("select id, body from terms where scope = @scope", of, transaction)
            .ToImmutableDictionary(row => new TermsId(row.Id), row => CatalogFormat.ReadTerms(Encoding.UTF8.GetBytes(row.Body), new TermsId(row.Id)));
        var features = connection.Query<string>("select body from feature where scope = @scope order by no", of, transaction)
            .Select(body => CatalogFormat.ReadFeature(Encoding.UTF8.GetBytes(body)));
        var plans = connection.Query<string>("select body from plan where scope = @scope order by no", of, transaction)
            .Select(body => CatalogFormat.ReadPlan(Encoding.UTF8.GetBytes(body), id => terms[id]));
        var rewards = connection.Query<string>("select body from reward where scope = @scope order by no", of, transaction)
            .Select(body => RewardBookFormat.ReadReward(Encoding.UTF8.GetBytes(body)));
        var programs = connection.Query<string>("select body from referral_program where scope = @scope order by no", of, transaction)
            .Select(body => RewardBookFormat.ReadProgram(Encoding.UTF8.GetBytes(body)));
        return ValueTask.FromResult(new StoredCatalog(new Catalog(version, features, plans) { Rewards = new RewardBook(rewards, programs) }, terms));
    }

    public ValueTask AddKey(KeyRow key)
    {
        lock (_writing)
        {
            Opened.Execute(
                "insert into api_key (hash, scope, kind, prefix, created_at, name, scopes, ends_at) values (@Hash, @scope, @kind, @Prefix, @created, @Name, @Scopes, @ends)",
                new { key.Hash, scope = key.Scope.Value, kind = (int)key.Kind, key.Prefix, created = key.CreatedAt.Milliseconds, key.Name, key.Scopes, ends = key.EndsAt?.Milliseconds });
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<KeyRow?> FindKey(byte[] hash)
    {
        using var connection = Read();
        return ValueTask.FromResult(connection.QuerySingleOrDefault<StoredKey>($"{StoredKey.Columns} where hash = @hash", new { hash })?.ToRow());
    }

    public ValueTask<IReadOnlyList<KeyRow>> Keys()
    {
        using var connection = Read();
        IReadOnlyList<KeyRow> keys = [.. connection.Query<StoredKey>($"{StoredKey.Columns} order by created_at, hash").Select(row => row.ToRow())];
        return ValueTask.FromResult(keys);
    }

    public ValueTask<long> ReserveCustomerKeys(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        lock (_writing)
        {
            return ValueTask.FromResult(Opened.ExecuteScalar<long>(
                "update counter set next = next + @count where name = 'customer' returning next - @count", new { count }));
        }
    }

    private sealed record StoredScope(long Id, string Tenant, string Environment, string Name, long CreatedAt, string? Label, string? Color, string? Icon)
    {
        public ScopeRow ToRow() => new(
            new ScopeId(checked((int)Id)), Tenant, Environment, Name, new Instant(CreatedAt), Label is null ? null : new SandboxLook(Label, Color!, Icon!));
    }

    private sealed record StoredKey(byte[] Hash, long Scope, long Kind, string Prefix, long CreatedAt, string? Name, string? Scopes, long? EndsAt)
    {
        public const string Columns = "select hash, scope, kind, prefix, created_at as CreatedAt, name, scopes, ends_at as EndsAt from api_key";

        public KeyRow ToRow() => new(Hash, new ScopeId(checked((int)Scope)), (KeyKind)Kind, Prefix, new Instant(CreatedAt), Name, Scopes, EndsAt is { } at ? new Instant(at) : null);
    }
}
