using Dapper;
using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Keys, sandboxes and customers' tokens.</summary>
public sealed partial class SqliteStore : IShellStore
{
    private const int MessagesAtOnce = 500;
    private const string Revise = "update counter set next = next + 1 where name = 'keys'";

    public ValueTask<long> KeyRevision()
    {
        using var connection = Read();
        return ValueTask.FromResult(connection.ExecuteScalar<long>("select next from counter where name = 'keys'"));
    }

    public ValueTask EndKey(byte[] hash, Instant at) => InOne(transaction =>
    {
        Opened.Execute("update api_key set ends_at = @at where hash = @hash and (ends_at is null or ends_at > @at)", new { hash, at = at.Milliseconds }, transaction);
        Opened.Execute(Revise, transaction: transaction);
    });

    public ValueTask<ScopeRow> AddSandbox(string tenant, string id, SandboxLook look, Instant now)
    {
        lock (_writing)
        {
            return ValueTask.FromResult(Opened.QuerySingle<StoredScope>(
                """
                insert into scope (tenant, environment, name, created_at, label, color, icon) values (@tenant, 'sandbox', @id, @now, @Label, @Color, @Icon)
                returning id, tenant, environment, name, created_at as CreatedAt, label, color, icon
                """,
                new { tenant, id, look.Label, look.Color, look.Icon, now = now.Milliseconds }).ToRow());
        }
    }

    public ValueTask EndScope(ScopeId scope, Instant now) => InOne(transaction =>
    {
        End(scope, now, transaction);
        DropEndpoints(scope, transaction);
        Opened.Execute("delete from api_key where scope = @scope", new { scope = scope.Value }, transaction);
    });

    public ValueTask<ScopeRow> ReplaceScope(ScopeId scope, Instant now)
    {
        ScopeRow? row = null;
        InOne(transaction =>
        {
            var name = Opened.ExecuteScalar<string>("select name from scope where id = @scope", new { scope = scope.Value }, transaction);
            End(scope, now, transaction);
            row = Opened.QuerySingle<StoredScope>(
                """
                insert into scope (tenant, environment, name, created_at, label, color, icon)
                select tenant, environment, @name, created_at, label, color, icon from scope where id = @scope
                returning id, tenant, environment, name, created_at as CreatedAt, label, color, icon
                """,
                new { scope = scope.Value, name },
                transaction).ToRow();
            Opened.Execute("update api_key set scope = @fresh where scope = @scope", new { fresh = row.Id.Value, scope = scope.Value }, transaction);
            Opened.Execute(
                $"""
                insert into webhook_endpoint (scope, {EndpointMembers}) select @fresh, {EndpointMembers} from webhook_endpoint where scope = @scope and preset = 1
                """,
                new { fresh = row.Id.Value, scope = scope.Value },
                transaction);
            DropEndpoints(scope, transaction);
        });
        return ValueTask.FromResult(row!);
    }

    public ValueTask<bool> EraseSomeEnded(int customers, Instant now)
    {
        var any = true;
        InOne(transaction =>
        {
            if (Opened.QueryFirstOrDefault<long?>("select id from scope where ended_at is not null and erased_at is null", transaction: transaction) is not { } scope)
            {
                any = false;
                return;
            }

            var heads = Opened.Query<(long Key, long LastNo)>("select key, last_no from customer_version where scope = @scope limit @customers", new { scope, customers }, transaction).ToList();
            foreach (var (key, lastNo) in heads) EraseCustomer(scope, key, lastNo, transaction);
            if (heads.Count > 0) return;
            var messages = Opened.Query<long>("select no from webhook_message where scope = @scope order by no limit @MessagesAtOnce", new { scope, MessagesAtOnce }, transaction).ToList();
            if (messages.Count > 0) Drop(messages, transaction);
            else EraseRest(scope, now, transaction);
        });
        return ValueTask.FromResult(any);
    }

    public ValueTask<long> AddTokenFamily(ScopeId scope, CustomerKey customer, IReadOnlyList<NewToken> tokens, Instant now)
    {
        var family = 0L;
        InOne(transaction =>
        {
            family = Opened.ExecuteScalar<long>(
                "insert into token_family (scope, customer, generation, created_at) values (@scope, @customer, 1, @now) returning id",
                new { scope = scope.Value, customer = customer.Value, now = now.Milliseconds },
                transaction);
            AddTokens(family, 1, tokens, now, transaction);
        });
        return ValueTask.FromResult(family);
    }

    public ValueTask<CustomerToken?> FindToken(byte[] hash)
    {
        using var connection = Read();
        var row = connection.QuerySingleOrDefault<StoredToken>(
            """
            select f.scope, f.customer, f.id as Family, t.kind, t.generation, f.generation as Current, t.expires_at
            from customer_token t join token_family f on f.id = t.family where t.hash = @hash
            """,
            new { hash });
        return ValueTask.FromResult(row?.ToToken());
    }

    public ValueTask<bool> AddGeneration(long family, int generation, IReadOnlyList<NewToken> tokens, Instant now)
    {
        var stands = false;
        InOne(transaction =>
        {
            stands = Opened.Execute("update token_family set generation = max(generation, @generation) where id = @family", new { family, generation }, transaction) == 1;
            if (stands) AddTokens(family, generation, tokens, now, transaction);
        });
        return ValueTask.FromResult(stands);
    }

    public ValueTask EndTokenFamily(long family) => InOne(transaction =>
    {
        Opened.Execute("delete from customer_token where family = @family", new { family }, transaction);
        Opened.Execute("delete from token_family where id = @family", new { family }, transaction);
        Opened.Execute(Revise, transaction: transaction);
    });

    public ValueTask EndTokens(ScopeId scope, CustomerKey customer) => InOne(transaction => EndTokens("scope = @scope and customer = @customer", new { scope = scope.Value, customer = customer.Value }, transaction));

    private void AddTokens(long family, int generation, IReadOnlyList<NewToken> tokens, Instant now, SqliteTransaction transaction)
    {
        Opened.Execute("delete from customer_token where family = @family and expires_at <= @now", new { family, now = now.Milliseconds }, transaction);
        foreach (var token in tokens)
        {
            Opened.Execute(
                "insert into customer_token (hash, family, kind, generation, expires_at) values (@Hash, @family, @kind, @generation, @expires)",
                new { token.Hash, family, kind = (int)token.Kind, generation, expires = token.ExpiresAt?.Milliseconds },
                transaction);
        }
    }

    private void End(ScopeId scope, Instant now, SqliteTransaction transaction)
    {
        Opened.Execute("update scope set ended_at = @now, name = name || '#' || id where id = @scope", new { scope = scope.Value, now = now.Milliseconds }, transaction);
        EndTokens("scope = @scope", new { scope = scope.Value }, transaction);
    }

    private void EndTokens(string where, object of, SqliteTransaction transaction)
    {
        Opened.Execute($"delete from customer_token where family in (select id from token_family where {where})", of, transaction);
        Opened.Execute($"delete from token_family where {where}", of, transaction);
        Opened.Execute(Revise, transaction: transaction);
    }

    private void EraseCustomer(long scope, long key, long lastNo, SqliteTransaction transaction)
    {
        var of = new { scope, key, lastNo };
        Opened.Execute(
            """
            with recursive chain (no, prev) as (
                select no, prev from journal where no = @lastNo
                union all
                select j.no, j.prev from chain c join journal j on j.no = c.prev)
            delete from journal where no in (select no from chain)
            """,
            of,
            transaction);
        foreach (var table in (string[])["usage", "usage_day", "snapshot", "plan_holder", "loose_grant", "entity", "license_assignment", "invoice", "payment_task", "referral_code", "referral"])
            Opened.Execute($"delete from {table} where scope = @scope and customer = @key", of, transaction);
        Opened.Execute("delete from customer where scope = @scope and key = @key", of, transaction);
        Opened.Execute("delete from customer_version where scope = @scope and key = @key", of, transaction);
    }

    private void EraseRest(long scope, Instant now, SqliteTransaction transaction)
    {
        var of = new { scope, now = now.Milliseconds };
        foreach (var table in (string[])["claim", "feature", "plan", "terms", "invoice_counter", "reward", "referral_program", "code_use"]) Opened.Execute($"delete from {table} where scope = @scope", of, transaction);
        Opened.Execute("update scope set erased_at = @now where id = @scope", of, transaction);
    }

    private ValueTask InOne(Action<SqliteTransaction> write)
    {
        lock (_writing)
        {
            using var transaction = Opened.BeginTransaction();
            write(transaction);
            transaction.Commit();
        }

        return ValueTask.CompletedTask;
    }

    private sealed record StoredToken(long Scope, long Customer, long Family, long Kind, long Generation, long Current, long? ExpiresAt)
    {
        public CustomerToken ToToken() => new(
            new ScopeId(checked((int)Scope)), new CustomerKey(Customer), Family, (TokenKind)Kind, checked((int)Generation), checked((int)Current), ExpiresAt is { } at ? new Instant(at) : null);
    }
}
