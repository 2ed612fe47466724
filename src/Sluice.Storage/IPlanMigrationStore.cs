using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The numbers are stored: never change one.</summary>
public enum PlanMigrationStatus
{
    /// <summary>Defined, and not begun.</summary>
    Draft = 1,
    Running = 2,

    /// <summary>Stopped by a call; run again it goes on where it was.</summary>
    Paused = 3,
    Completed = 4,
}

/// <summary>What became of one customer. The numbers are stored: never change one.</summary>
public enum PlanMigrationOutcome
{
    Moved = 1,

    /// <summary>There was nothing to move: it holds no such plan any more, or on terms of its own.</summary>
    Skipped = 2,

    /// <summary>It cannot be moved; running again tries again.</summary>
    Refused = 3,
}

/// <summary>Which of those who hold the plan. Filters are joined by "and".</summary>
/// <param name="CustomerIds">Empty = all.</param>
/// <param name="CreatedFrom">Inclusive.</param>
/// <param name="CreatedTo">Exclusive.</param>
public sealed record PlanMigrationFilter(ImmutableArray<string> CustomerIds, string? Search, Instant? CreatedFrom, Instant? CreatedTo);

/// <summary>Those who hold a plan are moved to another version of it, page by page.</summary>
/// <param name="From">Versions that are moved; empty = every other.</param>
/// <param name="Total">Customers that were to be moved when it began.</param>
/// <param name="After">The last customer of the last page that is done; null = none is.</param>
public sealed record PlanMigration(
    ScopeId Scope,
    string Id,
    PlanId Plan,
    ImmutableArray<int> From,
    int To,
    PlanMigrationFilter Filter,
    PlanMigrationStatus Status,
    Instant CreatedAt,
    Instant? StartedAt = null,
    Instant? EndedAt = null,
    long Total = 0,
    CustomerListed? After = null);

/// <param name="Reason">Why it was refused.</param>
public sealed record PlanMigrationItem(CustomerKey Customer, PlanMigrationOutcome Outcome, string? Reason, Instant At);

public readonly record struct PlanMigrationProgress(long Moved, long Skipped, long Refused);

/// <summary>Bulk moves between versions of a plan: what is wanted, how far it is, what became of each customer.</summary>
public interface IPlanMigrationStore
{
    /// <summary>False: the scope has one of that id.</summary>
    ValueTask<bool> AddPlanMigration(PlanMigration migration);

    ValueTask<PlanMigration?> FindPlanMigration(ScopeId scope, string id);

    /// <summary>Newest first.</summary>
    ValueTask<IReadOnlyList<PlanMigration>> ListPlanMigrations(ScopeId scope, int limit);

    /// <summary>Status, moments, total and position as they are in <paramref name="changed"/>; false when its status was not <paramref name="was"/> any more.</summary>
    ValueTask<bool> ChangePlanMigration(PlanMigration changed, PlanMigrationStatus was);

    /// <summary>A running one that nobody has; nobody else gets it until <paramref name="until"/>.</summary>
    ValueTask<PlanMigration?> LeasePlanMigration(Instant now, Instant until);

    /// <summary>A page is done: its outcomes, and where to go on. Without a position all is done.</summary>
    ValueTask AdvancePlanMigration(PlanMigration migration, IReadOnlyList<PlanMigrationItem> items, CustomerListed? after, Instant now);

    ValueTask<PlanMigrationProgress> ProgressOf(ScopeId scope, string id);

    /// <summary>By customer, those after <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<PlanMigrationItem>> ListPlanMigrationItems(ScopeId scope, string id, PlanMigrationOutcome? outcome, CustomerKey? after, int limit);
}
