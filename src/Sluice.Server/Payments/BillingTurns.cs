using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Payments;

/// <summary>
/// Calls of billing for one customer wait for one another, on this node and on the others, so that a second one decides on what
/// became of the first, its payment included. Fences alone would keep the money right, and answer the second one that the first is
/// not paid yet.
/// </summary>
/// <param name="shared">The database that other nodes may use, too; null = it is this node's alone.</param>
internal sealed class BillingTurns(ClaimsInFlight claims, PostgresStore? shared)
{
    /// <summary>The customer's turn is the caller's until it is disposed.</summary>
    public async ValueTask<IAsyncDisposable> Take(Scope scope, CustomerKey customer)
    {
        var own = await claims.Reserve(new ClaimKey(scope.Id, ClaimKind.BillingTurn, customer.ToString()));
        if (shared is null) return new Turn(own, null);
        try
        {
            return new Turn(own, await shared.LockBilling(scope.Id, customer));
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    private sealed class Turn(IDisposable own, IAsyncDisposable? others) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                if (others is not null) await others.DisposeAsync();
            }
            finally
            {
                own.Dispose();
            }
        }
    }
}
