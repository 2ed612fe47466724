using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Keys, sandboxes and customers' tokens.</summary>
public abstract partial class SqlStore
{
    private const int MessagesAtOnce = 500;
    private const string Revise = "update counter set next = next + 1 where name = 'keys'";

    public async ValueTask<long> KeyRevision()
    {
        await using var read = await Read();
        return await read.Scalar<long>("select next from counter where name = 'keys'");
    }

    public ValueTask EndKey(byte[] hash, Instant at) => InOne(async write =>
    {
        await write.Execute("update api_key set ends_at = @at where hash = @hash and (ends_at is null or ends_at > @at)", new { hash, at = at.Milliseconds });
        await write.Execute(Revise);
    });

    public ValueTask<ScopeRow> AddSandbox(string tenant, string id, SandboxLook look, Instant now) => InOne(async write =>
        (await write.One<StoredScope>(
            """
            insert into scope (tenant, environment, name, created_at, label, color, icon) values (@tenant, 'sandbox', @id, @now, @Label, @Color, @Icon)
            returning id, tenant, environment, name, created_at as CreatedAt, label, color, icon
            """,
            new { tenant, id, look.Label, look.Color, look.Icon, now = now.Milliseconds }))!.ToRow());

    public ValueTask EndScope(ScopeId scope, Instant now) => InOne(async write =>
    {
        await End(scope, now, write);
        await DropEndpoints(scope, write);
        await write.Execute("delete from api_key where scope = @scope", new { scope = scope.Value });
    });

    public ValueTask<ScopeRow?> ReplaceScope(ScopeId scope, Instant now) => InOne<ScopeRow?>(async write =>
    {
        if (await write.Scalar<string?>($"select name from scope where id = @scope and ended_at is null {Sql.ForUpdate}", new { scope = scope.Value }) is not { } name) return null;
        await End(scope, now, write);
        var row = (await write.One<StoredScope>(
            """
            insert into scope (tenant, environment, name, created_at, label, color, icon)
            select tenant, environment, @name, created_at, label, color, icon from scope where id = @scope
            returning id, tenant, environment, name, created_at as CreatedAt, label, color, icon
            """,
            new { scope = scope.Value, name }))!.ToRow();
        await write.Execute("update api_key set scope = @fresh where scope = @scope", new { fresh = row.Id.Value, scope = scope.Value });
        await write.Execute(
            $"""
            insert into webhook_endpoint (scope, {EndpointMembers}) select @fresh, {EndpointMembers} from webhook_endpoint where scope = @scope and preset = 1
            """,
            new { fresh = row.Id.Value, scope = scope.Value });
        await DropEndpoints(scope, write);
        return row;
    });

    public ValueTask<bool> EraseSomeEnded(int customers, Instant now) => InOne(async write =>
    {
        if (await write.Scalar<long?>($"select id from scope where ended_at is not null and erased_at is null limit 1 {Sql.SkipLocked}") is not { } scope) return false;
        var keys = await write.Query<long>("select key from customer_version where scope = @scope limit @customers", new { scope, customers });
        foreach (var key in keys) await EraseCustomer(scope, key, write);
        if (keys.Count > 0) return true;
        var messages = await write.Query<long>("select no from webhook_message where scope = @scope order by no limit @MessagesAtOnce", new { scope, MessagesAtOnce });
        if (messages.Count > 0) await Drop(messages, write);
        else await EraseRest(scope, now, write);
        return true;
    });

    public ValueTask<long> AddTokenFamily(ScopeId scope, CustomerKey customer, IReadOnlyList<NewToken> tokens, Instant now) => InOne(async write =>
    {
        var family = await write.Scalar<long>(
            "insert into token_family (scope, customer, generation, created_at) values (@scope, @customer, 1, @now) returning id",
            new { scope = scope.Value, customer = customer.Value, now = now.Milliseconds });
        await AddTokens(family, 1, tokens, now, write);
        return family;
    });

    public async ValueTask<CustomerToken?> FindToken(byte[] hash)
    {
        await using var read = await Read();
        var row = await read.One<StoredToken>(
            """
            select f.scope, f.customer, f.id as Family, t.kind, t.generation, f.generation as Current, t.expires_at
            from customer_token t join token_family f on f.id = t.family where t.hash = @hash
            """,
            new { hash });
        return row?.ToToken();
    }

    public ValueTask<bool> AddGeneration(long family, int generation, IReadOnlyList<NewToken> tokens, Instant now) => InOne(async write =>
    {
        var stands = await write.Execute($"update token_family set generation = {Sql.Greatest}(generation, @generation) where id = @family", new { family, generation }) == 1;
        if (stands) await AddTokens(family, generation, tokens, now, write);
        return stands;
    });

    public ValueTask EndTokenFamily(long family) => InOne(async write =>
    {
        await write.Execute("delete from customer_token where family = @family", new { family });
        await write.Execute("delete from token_family where id = @family", new { family });
        await write.Execute(Revise);
    });

    public ValueTask EndTokens(ScopeId scope, CustomerKey customer) => InOne(write => EndTokens("scope = @scope and customer = @customer", new { scope = scope.Value, customer = customer.Value }, write));

    private static async Task AddTokens(long family, int generation, IReadOnlyList<NewToken> tokens, Instant now, Session write)
    {
        await write.Execute("delete from customer_token where family = @family and expires_at <= @now", new { family, now = now.Milliseconds });
        foreach (var token in tokens)
        {
            await write.Execute(
                "insert into customer_token (hash, family, kind, generation, expires_at) values (@Hash, @family, @kind, @generation, @expires)",
                new { token.Hash, family, kind = (int)token.Kind, generation, expires = token.ExpiresAt?.Milliseconds });
        }
    }

    private static async Task End(ScopeId scope, Instant now, Session write)
    {
        await write.Execute("update scope set ended_at = @now, name = name || '#' || id where id = @scope", new { scope = scope.Value, now = now.Milliseconds });
        await EndTokens("scope = @scope", new { scope = scope.Value }, write);
    }

    private static async Task EndTokens(string where, object of, Session write)
    {
        await write.Execute($"delete from customer_token where family in (select id from token_family where {where})", of);
        await write.Execute($"delete from token_family where {where}", of);
        await write.Execute(Revise);
    }

    private async Task EraseCustomer(long scope, long key, Session write)
    {
        var of = new { scope, key };
        await EraseJournal(write, scope, key);
        foreach (var table in (string[])["usage_day", "checkpoint", "snapshot", "plan_holder", "loose_grant", "entity", "license_assignment", "invoice", "payment_task", "referral_code", "referral"])
            await write.Execute($"delete from {table} where scope = @scope and customer = @key", of);
        await write.Execute("delete from customer where scope = @scope and key = @key", of);
        await write.Execute("delete from customer_version where scope = @scope and key = @key", of);
    }

    private static async Task EraseRest(long scope, Instant now, Session write)
    {
        var of = new { scope, now = now.Milliseconds };
        foreach (var table in (string[])["claim", "feature", "plan", "terms", "invoice_counter", "plan_migration", "plan_migration_item", "reward", "referral_program", "code_use"]) await write.Execute($"delete from {table} where scope = @scope", of);
        await write.Execute("update scope set erased_at = @now where id = @scope", of);
    }

    private sealed record StoredToken(long Scope, long Customer, long Family, long Kind, long Generation, long Current, long? ExpiresAt)
    {
        public CustomerToken ToToken() => new(
            new ScopeId(checked((int)Scope)), new CustomerKey(Customer), Family, (TokenKind)Kind, checked((int)Generation), checked((int)Current), ExpiresAt is { } at ? new Instant(at) : null);
    }
}
