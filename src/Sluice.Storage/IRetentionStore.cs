using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Lets the beginnings of journals go, some customers at a time: a checkpoint is written and the entries up to it are
/// dropped, in one transaction. Everything that is told of the present stays as it was.
/// </summary>
public interface IRetentionStore
{
    /// <summary>The caller's alone until it is disposed. Null: another node is at it.</summary>
    ValueTask<IAsyncDisposable?> TakeRetention();

    /// <summary>Room for the entries of this month and of those to come, where the journal lies in months. False: it was in use; try again later.</summary>
    ValueTask<bool> KeepMonths(Instant now);

    /// <summary>Entries of before this moment have been let go.</summary>
    ValueTask<Instant> RetiredBefore();

    /// <summary>
    /// Entries of before a moment, the oldest first, of some customers at a time: together few enough for one transaction. Whoever
    /// asks retires them before asking for more.
    /// </summary>
    /// <param name="terms">Of a scope; null when it has ended.</param>
    IAsyncEnumerable<IReadOnlyList<OldEntries>> FindOld(Instant before, Func<ScopeId, Terms?> terms);

    /// <summary>The state that old entries lead to. Null: the customer lives in a time of its own, and keeps them.</summary>
    ValueTask<Retirement?> Prepare(OldEntries old, Terms terms);

    /// <summary>In one transaction; who has been retired or deleted meanwhile is left as it is. Returns how many entries went.</summary>
    ValueTask<int> Retire(IReadOnlyList<Retirement> some);

    /// <summary>All of before this moment has been let go: it is noted, and months that are empty now are dropped.</summary>
    ValueTask EndRetention(Instant before);
}

/// <summary>A customer's oldest entries, in their order.</summary>
/// <param name="Rows">What the store finds them by.</param>
public sealed record OldEntries(ScopeId Scope, CustomerKey Key, IReadOnlyList<long> Rows);

/// <param name="After">The version that the journal begins behind: 0, or that of the checkpoint there is.</param>
/// <param name="Checkpoint">What takes their place.</param>
public sealed record Retirement(OldEntries Old, long After, Checkpoint Checkpoint);

/// <summary>Where a journal begins when what came before is gone: the whole state after an entry, and that entry's hash.</summary>
/// <param name="Version">Of that entry.</param>
/// <param name="At">Its moment.</param>
/// <param name="Seal">A hash over <paramref name="Hash"/> and <paramref name="Body"/>: nothing else would show that they were changed.</param>
public sealed record Checkpoint(long Version, Instant At, int Schema, byte[] Hash, byte[] Body, byte[] Seal)
{
    public static Checkpoint Of(Customer customer, byte[] hash)
    {
        var body = JournalFormat.WriteState(customer);
        return new Checkpoint(customer.Version, customer.LastMoment, JournalFormat.Schema, hash, body, SealOf(hash, body));
    }

    public static byte[] SealOf(byte[] hash, byte[] body) => JournalFormat.Hash(hash, body, null);

    /// <summary>The state, if nothing of it was changed.</summary>
    public Customer Read(Terms terms)
    {
        if (!SealOf(Hash, Body).AsSpan().SequenceEqual(Seal)) throw new InvariantViolation($"the checkpoint of version {Version} does not match its seal: something of it was changed");
        var customer = JournalFormat.ReadState(Schema, Body, terms);
        return (customer.Version, customer.LastMoment) == (Version, At) ? customer : throw new InvariantViolation($"the checkpoint says version {customer.Version} of {customer.LastMoment}, its row {Version} of {At}");
    }
}
