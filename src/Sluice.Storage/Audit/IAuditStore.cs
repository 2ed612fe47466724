using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Everything stored, row by row, for who checks that it fits together.</summary>
public interface IAuditStore
{
    /// <summary>Every customer there is or was, in the order of scope and key, after a position.</summary>
    ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> CustomersAfter(ScopeId scope, CustomerKey key, int limit);

    /// <summary>What is stored of a customer beside its journal, of one moment. Null when it is gone.</summary>
    ValueTask<CustomerFile?> ReadFile(ScopeId scope, CustomerKey key);

    /// <summary>What the customer's journal begins with; null = with its first entry.</summary>
    ValueTask<Checkpoint?> ReadCheckpoint(ScopeId scope, CustomerKey key);

    /// <summary>
    /// The journal in order, up to a version. Rows never change, so a customer that goes on meanwhile does no harm; retention may
    /// take the oldest away, and then some are missing.
    /// </summary>
    /// <param name="from">The first version that is wanted.</param>
    IAsyncEnumerable<JournalRow> ReadJournal(ScopeId scope, CustomerKey key, long from, long upTo);

    ValueTask<InvoiceNumbers> NumbersOf(ScopeId scope);
}

/// <summary>A row of the journal as it is stored.</summary>
public sealed record JournalRow(
    long Version, Instant At, int Schema, byte[] Body, byte[] Hash, string? Feature, decimal? Value, Instant? UsedAt, JsonText? Properties, bool Listed, string? Entity);

/// <summary>A customer's head and what was copied out of its journal for lists and sums.</summary>
/// <param name="IsDue">Something of it falls due at some moment.</param>
public sealed record CustomerFile(ScopeId Scope, CustomerKey Key, long Version, Instant CreatedAt, string? ExternalId, string? Name, string? Email, bool IsDue, bool Deleted)
{
    public SnapshotRow? Snapshot { get; init; }

    /// <summary>What its journal begins with; null = with its first entry.</summary>
    public Checkpoint? Checkpoint { get; init; }

    public required ImmutableArray<(PlanId Plan, int Version, int Entity, long Held)> Holders { get; init; }

    public required ImmutableArray<(int No, string? Id)> Entities { get; init; }

    public required ImmutableArray<(int No, string Status, string Body, long Refunded)> Invoices { get; init; }

    public required ImmutableArray<(long Day, string Feature, long Count, decimal Sum)> UsageDays { get; init; }
}

public sealed record SnapshotRow(long Version, int Schema, byte[] Hash, byte[] Body);

/// <param name="Given">How many invoices of a scope have a number.</param>
/// <param name="Greatest">Of those.</param>
/// <param name="Counter">The last one that was given.</param>
public readonly record struct InvoiceNumbers(long Given, long Greatest, long Counter)
{
    public bool AreGapless => Given == Greatest && Given == Counter;
}
