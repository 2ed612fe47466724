using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Moves those who hold a plan to another version of it, a page at a time. Each customer is one commit, which also claims
/// that it was done, so that a page that is done again after a crash moves nobody twice; what became of each is stored with
/// the page, and whoever runs it next goes on after it.
/// </summary>
internal sealed partial class PlanMover(
    IStore store, IPlanMigrationStore migrations, CustomerDirectory directory, CommandRunner runner, ScopeDirectory scopes, Freshness freshness, TimeProvider time, ILogger<PlanMover> log) : BackgroundService
{
    private const int Page = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(365);

    /// <summary>The holders that a migration is about, oldest first.</summary>
    public static CustomerQuery Holders(PlanMigration migration, Catalog catalog, int limit, CustomerListed? after) => new(migration.Scope, limit, after, OldestFirst: true)
    {
        Plans = [(migration.Plan, migration.From.IsEmpty ? [.. catalog.Versions(migration.Plan).Select(static plan => plan.Version).Where(version => version != migration.To)] : migration.From)],
        Search = migration.Filter.Search, CreatedFrom = migration.Filter.CreatedFrom, CreatedTo = migration.Filter.CreatedTo,
    };

    public static Command.MovePlan CommandOf(PlanMigration migration) => new(migration.Plan, migration.From, migration.To);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                while (!stopping.IsCancellationRequested && await DoPage())
                {
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
    }

    /// <summary>False when nothing is to be done.</summary>
    private async ValueTask<bool> DoPage()
    {
        var now = Instant.Of(time.GetUtcNow());
        if (await migrations.LeasePlanMigration(now, now.Plus(Lease)) is not { } migration) return false;
        if (scopes.Find(migration.Scope) is null) await freshness.Look();
        if (scopes.Find(migration.Scope) is not { } scope)
        {
            await migrations.AdvancePlanMigration(migration, [], after: null, now);
            return true;
        }

        var items = new List<PlanMigrationItem>();
        var (keys, after) = await NextPage(scope, migration, now);
        foreach (var key in keys)
        {
            if (await Move(scope, migration, key, now) is not { } item) return false;
            items.Add(item);
        }

        await migrations.AdvancePlanMigration(migration, items, after, now);
        return true;
    }

    // Named customers are one page; those that are found by filters come in the order they were made.
    private async ValueTask<(IReadOnlyList<CustomerKey> Keys, CustomerListed? After)> NextPage(Scope scope, PlanMigration migration, Instant now)
    {
        if (!migration.Filter.CustomerIds.IsEmpty)
        {
            var named = new List<CustomerKey>();
            foreach (var id in migration.Filter.CustomerIds)
            {
                if (await directory.Find(scope, id, now) is { } cell) named.Add(cell.Key);
            }

            return (named, null);
        }

        var page = await store.ListCustomers(Holders(migration, scope.Catalog, Page, migration.After));
        return ([.. page.Select(static row => row.Key)], page.Count < Page ? null : page[^1]);
    }

    // Null: it is not known, or the queue is full; the page is done again.
    private async ValueTask<PlanMigrationItem?> Move(Scope scope, PlanMigration migration, CustomerKey key, Instant now)
    {
        var claim = new ClaimKey(scope.Id, ClaimKind.PlanMigration, $"{migration.Id}:{key.Value}");
        if (await store.FindClaim(claim, now) is not null) return new PlanMigrationItem(key, PlanMigrationOutcome.Moved, null, now);
        var ran = await runner.Run(scope, [new Addressed(key, CommandOf(migration))], [new Claim(claim, key, now, now.Plus(Remembered))], now);
        return ran.End switch
        {
            RunEnd.Refused => new PlanMigrationItem(key, PlanMigrationOutcome.Refused, ran.Refusal!.Message, now),
            RunEnd.Done => new PlanMigrationItem(key, ran.Events[0].Any(static happened => happened is CustomerEvent.PlanAttached) ? PlanMigrationOutcome.Moved : PlanMigrationOutcome.Skipped, null, now),
            _ => null,
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Moving customers to another version of a plan failed; it is tried again.")]
    private partial void Failed(Exception failure);
}
