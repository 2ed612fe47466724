using System.Collections.Immutable;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Scopes with their catalogs, keys, and the numbers of customers.</summary>
public abstract partial class SqlStore
{
    private const string ScopeColumns = "select id, tenant, environment, name, created_at as CreatedAt, label, color, icon from scope";

    public async ValueTask<IReadOnlyList<ScopeRow>> Scopes()
    {
        await using var read = await Read();
        return [.. (await read.Query<StoredScope>($"{ScopeColumns} where ended_at is null order by id")).Select(static row => row.ToRow())];
    }

    public ValueTask<ScopeRow> AddScope(string tenant, string environment, string name, Instant now) => InOne(async write =>
    {
        var values = new { tenant, environment, name, now = now.Milliseconds };
        await write.Execute(
            "insert into scope (tenant, environment, name, created_at) values (@tenant, @environment, @name, @now) on conflict do nothing", values);
        return (await write.One<StoredScope>($"{ScopeColumns} where tenant = @tenant and environment = @environment and name = @name", values))!.ToRow();
    });

    public ValueTask<StoredCatalog> LoadCatalog(ScopeId scope) => OneMoment(async read =>
    {
        var of = new { scope = scope.Value };
        var version = await read.Scalar<long>("select catalog_version from scope where id = @scope", of);
        var terms = (await read.Query<(long Id, string Body)>("select id, body from terms where scope = @scope", of))
            .ToImmutableDictionary(row => new TermsId(row.Id), row => CatalogFormat.ReadTerms(Encoding.UTF8.GetBytes(row.Body), new TermsId(row.Id)));
        var features = (await read.Query<string>("select body from feature where scope = @scope order by no", of))
            .Select(body => CatalogFormat.ReadFeature(Encoding.UTF8.GetBytes(body)));
        var plans = (await read.Query<string>("select body from plan where scope = @scope order by no", of))
            .Select(body => CatalogFormat.ReadPlan(Encoding.UTF8.GetBytes(body), id => terms[id]));
        var rewards = (await read.Query<string>("select body from reward where scope = @scope order by no", of))
            .Select(body => RewardBookFormat.ReadReward(Encoding.UTF8.GetBytes(body)));
        var programs = (await read.Query<string>("select body from referral_program where scope = @scope order by no", of))
            .Select(body => RewardBookFormat.ReadProgram(Encoding.UTF8.GetBytes(body)));
        return new StoredCatalog(new Catalog(version, features, plans) { Rewards = new RewardBook(rewards, programs) }, terms);
    });

    public ValueTask AddKey(KeyRow key) => Write(
        "insert into api_key (hash, scope, kind, prefix, created_at, name, scopes, ends_at) values (@Hash, @scope, @kind, @Prefix, @created, @Name, @Scopes, @ends) on conflict (hash) do nothing",
        new { key.Hash, scope = key.Scope.Value, kind = (int)key.Kind, key.Prefix, created = key.CreatedAt.Milliseconds, key.Name, key.Scopes, ends = key.EndsAt?.Milliseconds });

    public async ValueTask<KeyRow?> FindKey(byte[] hash)
    {
        await using var read = await Read();
        return (await read.One<StoredKey>($"{StoredKey.Columns} where hash = @hash", new { hash }))?.ToRow();
    }

    public async ValueTask<IReadOnlyList<KeyRow>> Keys()
    {
        await using var read = await Read();
        return [.. (await read.Query<StoredKey>($"{StoredKey.Columns} order by created_at, hash")).Select(static row => row.ToRow())];
    }

    public ValueTask<long> ReserveCustomerKeys(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return InOne(write => write.Scalar<long>("update counter set next = next + @count where name = 'customer' returning next - @count", new { count }));
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
