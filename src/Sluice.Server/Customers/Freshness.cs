using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Keeps memory from being shown when another node has changed what it is of. Everything that is read at one moment shares
/// one query, which begins after all of it has come: so a read through any node shows every write that any node
/// has acknowledged. A node whose database no other one can use asks nothing.
/// </summary>
/// <param name="shared">The database that other nodes may use, too; null = it is this node's alone.</param>
internal sealed class Freshness(PostgresStore? shared, ScopeDirectory scopes, ApiKeys keys)
{
    private readonly Lock _gate = new();
    private Round _next = new();
    private bool _running;

    public bool IsAlone => shared is null;

    /// <summary>When it has ended, keys, scopes and catalogs are in memory as they are in the database.</summary>
    public ValueTask Look() => shared is null ? default : new ValueTask(Ask(null));

    /// <summary>False: the customer has been changed elsewhere, and the cell is dropped.</summary>
    public async ValueTask<bool> IsCurrent(Scope scope, Cell cell)
    {
        if (shared is null) return true;
        while (true)
        {
            var seen = await Ask((scope.Id, cell.Key));
            if (cell.Dropped) return false;
            if (seen.Customers.TryGetValue((scope.Id, cell.Key), out var version) && cell.Committed?.Version >= version) return true;
            var own = OnItsWay(cell);
            if (own is null)
            {
                // What was on its way may have been published since.
                if (version > 0 && cell.Committed?.Version >= version) return true;
                CustomerDirectory.Drop(scope, cell, cell.Committed?.Profile.Id);
                return false;
            }

            // The change that was seen may be one of this node.
            await own;
        }
    }

    private static Task? OnItsWay(Cell cell)
    {
        lock (cell.Gate) return cell.Last_NeedsGate is { IsCompleted: false } settling ? settling : null;
    }

    private Task<Versions> Ask((ScopeId, CustomerKey)? customer)
    {
        lock (_gate)
        {
            if (customer is { } one) _next.Customers.Add(one);
            _next.IsAsked = true;
            var answer = _next.Answer.Task;
            if (!_running)
            {
                _running = true;
                _ = Task.Run(Run);
            }

            return answer;
        }
    }

    private async Task Run()
    {
        while (true)
        {
            Round round;
            lock (_gate)
            {
                if (!_next.IsAsked)
                {
                    _running = false;
                    return;
                }

                (round, _next) = (_next, new Round());
            }

            try
            {
                var seen = await shared!.LookAt(round.Customers);
                await scopes.Follow(seen.Catalogs);
                keys.Follow(seen.Keys);
                round.Answer.SetResult(seen);
            }
            catch (Exception failure)
            {
                round.Answer.SetException(failure);
            }
        }
    }

    private sealed class Round
    {
        public HashSet<(ScopeId, CustomerKey)> Customers { get; } = [];

        public TaskCompletionSource<Versions> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsAsked { get; set; }
    }
}
