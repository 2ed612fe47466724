using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Codes, how often they were used, and who was brought by whom.</summary>
public abstract partial class SqlStore
{
    private const string ReferralColumns = "scope, customer, program, referrer, created_at as CreatedAt, rewarded, due_at as DueAt, tries";

    private const string CodeColumns = "select code, program, customer, created_at as CreatedAt from referral_code";

    private const string OneReferral = "scope = @scope and customer = @customer and program = @program";

    public async ValueTask<long> CodeUses(CodeKey key)
    {
        await using var read = await Read();
        return await read.Scalar<long>(
            "select coalesce((select used from code_use where scope = @scope and kind = @kind and owner = @Owner and code = @Code), 0)",
            new { scope = key.Scope.Value, kind = (int)key.Kind, key.Owner, key.Code });
    }

    public ValueTask<ReferralCode> ReferralCodeOf(ScopeId scope, CustomerKey customer, string program, Func<string> candidate, Instant now) => InOne(async write =>
    {
        var of = new { scope = scope.Value, customer = customer.Value, program };
        while (true)
        {
            if (await write.One<CodeRow>($"{CodeColumns} where scope = @scope and customer = @customer and program = @program", of) is { } there) return there.ToCode();
            await write.Execute(
                "insert into referral_code (scope, code, program, customer, created_at) values (@scope, @code, @program, @customer, @now) on conflict do nothing",
                new { of.scope, code = candidate(), of.program, of.customer, now = now.Milliseconds });
        }
    });

    public async ValueTask<ReferralCode?> FindReferralCode(ScopeId scope, string code)
    {
        await using var read = await Read();
        return (await read.One<CodeRow>($"{CodeColumns} where scope = @scope and code = @code", new { scope = scope.Value, code }))?.ToCode();
    }

    public async ValueTask<StoredReferral?> FindReferral(ScopeId scope, CustomerKey customer, string program)
    {
        await using var read = await Read();
        return (await read.One<ReferralRow>($"select {ReferralColumns} from referral where {OneReferral}", new { scope = scope.Value, customer = customer.Value, program }))?.ToReferral();
    }

    public async ValueTask<IReadOnlyList<StoredReferral>> ReferralsBy(ScopeId scope, CustomerKey referrer, int limit)
    {
        await using var read = await Read();
        return [.. (await read.Query<ReferralRow>(
            $"select {ReferralColumns} from referral where scope = @scope and referrer = @referrer order by created_at, customer limit @limit",
            new { scope = scope.Value, referrer = referrer.Value, limit })).Select(static row => row.ToReferral())];
    }

    public ValueTask<IReadOnlyList<StoredReferral>> LeaseEarnedReferrals(Instant now, Instant until, int limit) => InOne(async write =>
    {
        var rows = await write.Query<ReferralRow>(
            $"""
            update referral set due_at = @until
            where (scope, customer, program) in (select scope, customer, program from referral where due_at <= @now order by due_at limit @limit {Sql.SkipLocked})
            returning {ReferralColumns}
            """,
            new { now = now.Milliseconds, until = until.Milliseconds, limit });
        return (IReadOnlyList<StoredReferral>)[.. rows.Select(static row => row.ToReferral())];
    });

    public ValueTask EndReferral(StoredReferral referral, bool rewarded) => Write($"update referral set due_at = null, rewarded = {(rewarded ? 1 : 0)} where {OneReferral}", Named(referral));

    public ValueTask PutOffReferral(StoredReferral referral, Instant dueAt) => Write($"update referral set due_at = {dueAt.Milliseconds}, tries = tries + 1 where {OneReferral}", Named(referral));

    private static object Named(StoredReferral referral) => new { scope = referral.Scope.Value, customer = referral.Customer.Value, program = referral.Program };

    private sealed record CodeRow(string Code, string Program, long Customer, long CreatedAt)
    {
        public ReferralCode ToCode() => new(Code, Program, new CustomerKey(Customer), new Instant(CreatedAt));
    }

    private sealed record ReferralRow(long Scope, long Customer, string Program, long Referrer, long CreatedAt, long Rewarded, long? DueAt, long Tries)
    {
        public StoredReferral ToReferral() => new(
            new ScopeId(checked((int)Scope)), new CustomerKey(Customer), Program, new CustomerKey(Referrer), new Instant(CreatedAt), Rewarded == 1, DueAt is not null, checked((int)Tries));
    }
}
