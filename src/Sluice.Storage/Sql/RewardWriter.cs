using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The rows of who was brought by whom.</summary>
internal sealed class RewardWriter(IStatements statements) : IDisposable
{
    private readonly IStatement _refer = statements.Prepare("""
        insert into referral (scope, customer, program, referrer, created_at, due_at) values (?, ?, ?, ?, ?, ?)
        on conflict (scope, customer, program) do update set due_at = excluded.due_at
        """);

    private readonly IStatement _eraseCodes = statements.Prepare("delete from referral_code where scope = ? and customer = ?");

    private readonly IStatement _eraseReferrals = statements.Prepare("delete from referral where scope = ? and customer = ? and due_at is null");

    /// <param name="at">The moment of the entry, by the customer's own clock; rewarding somebody for it is due at once by any clock.</param>
    public void Write(ScopeId scope, CustomerKey customer, ReferralChange change, Instant at) => _refer
        .Bind(scope.Value).Bind(customer.Value).Bind(change.Program).Bind(change.Referrer.Value).Bind(at.Milliseconds).Bind(change.Earned ? 0L : null)
        .Run();

    public void Erase(ScopeId scope, CustomerKey customer)
    {
        _eraseCodes.Bind(scope.Value).Bind(customer.Value).Run();
        _eraseReferrals.Bind(scope.Value).Bind(customer.Value).Run();
    }

    public void Dispose()
    {
        _refer.Dispose();
        _eraseCodes.Dispose();
        _eraseReferrals.Dispose();
    }
}
