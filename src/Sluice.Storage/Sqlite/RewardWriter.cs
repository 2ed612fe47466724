using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Uses of codes, which are counted against their limit here, and the rows of who was brought by whom.</summary>
internal sealed class RewardWriter(sqlite3 database) : IDisposable
{
    // Writes no row when the code was used as often as it may be.
    private readonly Statement _use = new(database, """
        insert into code_use (scope, kind, owner, code, used) values (?, ?, ?, ?, 1)
        on conflict (scope, kind, owner, code) do update set used = used + 1 where ? is null or used < ?
        """);

    private readonly Statement _giveBack = new(database, "update code_use set used = used - 1 where scope = ? and kind = ? and owner = ? and code = ? and used > 0");

    private readonly Statement _refer = new(database, """
        insert into referral (scope, customer, program, referrer, created_at, due_at) values (?, ?, ?, ?, ?, ?)
        on conflict (scope, customer, program) do update set due_at = excluded.due_at
        """);

    private readonly Statement _eraseCodes = new(database, "delete from referral_code where scope = ? and customer = ?");

    private readonly Statement _eraseReferrals = new(database, "delete from referral where scope = ? and customer = ? and due_at is null");

    /// <summary>False when the code was used up.</summary>
    public bool TryUse(CodeUse use)
    {
        if (use.Times > 0) return Name(_use, use.Key).Bind(use.Most).Bind(use.Most).Run() == 1;
        Name(_giveBack, use.Key).Run();
        return true;
    }

    /// <param name="at">The moment of the entry, by the customer's own clock; rewarding somebody for it is due at once by any clock.</param>
    public void Write(ScopeId scope, CustomerKey customer, ReferralChange change, Instant at) => _refer
        .Bind(scope.Value).Bind(customer.Value).Bind(change.Program).Bind(change.Referrer.Value).Bind(at.Milliseconds).Bind(change.Earned ? 0 : null)
        .Run();

    public void Erase(ScopeId scope, CustomerKey customer)
    {
        _eraseCodes.Bind(scope.Value).Bind(customer.Value).Run();
        _eraseReferrals.Bind(scope.Value).Bind(customer.Value).Run();
    }

    public void Dispose()
    {
        _use.Dispose();
        _giveBack.Dispose();
        _refer.Dispose();
        _eraseCodes.Dispose();
        _eraseReferrals.Dispose();
    }

    private static Statement Name(Statement statement, CodeKey key) => statement.Bind(key.Scope.Value).Bind((long)key.Kind).Bind(key.Owner).Bind(key.Code);
}
