using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Migrations;

/// <summary>A bulk move and how far it is.</summary>
/// <param name="FromVersions">Empty = every other.</param>
public sealed record MigrationBody(
    string Id,
    PlanId PlanId,
    IReadOnlyList<int> FromVersions,
    int ToVersion,
    MigrationFilterBody Filter,
    string Status,
    Instant CreatedAt,
    Instant? StartedAt,
    Instant? CompletedAt,
    MigrationProgressBody Progress)
{
    internal static async ValueTask<MigrationBody> Of(Call call, PlanMigration migration)
    {
        var (moved, skipped, refused) = await call.Engine.Migrations.ProgressOf(migration.Scope, migration.Id);
        var filter = migration.Filter;
        return new MigrationBody(
            migration.Id, migration.Plan, migration.From, migration.To, new MigrationFilterBody(filter.CustomerIds, filter.Search, filter.CreatedFrom, filter.CreatedTo), Of(migration.Status),
            migration.CreatedAt, migration.StartedAt, migration.EndedAt, new MigrationProgressBody(migration.Total, moved, skipped, refused));
    }

    internal static string Of(PlanMigrationOutcome outcome) => outcome switch
    {
        PlanMigrationOutcome.Moved => "moved",
        PlanMigrationOutcome.Skipped => "skipped",
        PlanMigrationOutcome.Refused => "refused",
        _ => throw new InvariantViolation($"outcome {outcome}"),
    };

    private static string Of(PlanMigrationStatus status) => status switch
    {
        PlanMigrationStatus.Draft => "draft",
        PlanMigrationStatus.Running => "running",
        PlanMigrationStatus.Paused => "paused",
        PlanMigrationStatus.Completed => "completed",
        _ => throw new InvariantViolation($"status {status}"),
    };
}

public sealed record MigrationFilterBody(IReadOnlyList<string> CustomerIds, string? Search, Instant? CreatedFrom, Instant? CreatedTo);

/// <param name="Total">Customers that were to be moved when it was run; 0 before.</param>
public sealed record MigrationProgressBody(long Total, long Moved, long Skipped, long Refused);

/// <param name="CustomerId">Null: the customer has none, or is gone.</param>
public sealed record MigrationItemBody(string? CustomerId, string Outcome, string? Reason, Instant At);

/// <param name="Total">Customers that hold what would be moved, over all pages.</param>
public sealed record MigrationPreviewBody(long Total, IReadOnlyList<MovePreviewBody> List, string? NextCursor);
