using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sluice.Core;
using Sluice.Server.Operations;
using Sluice.Server.Tenants;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>A command and the customer it is for: by the caller's id, or by the engine's key.</summary>
public readonly record struct Addressed(string? CustomerId, CustomerKey Key, Command Command)
{
    public Addressed(string customerId, Command command)
        : this(customerId, default, command)
    {
    }

    public Addressed(CustomerKey key, Command command)
        : this(null, key, command)
    {
    }
}

/// <summary>
/// The road of a command: find the customers, take their gates, decide, change memory and take a place in the queue in
/// one critical section; then, outside it, wait for the commit. Nothing is answered that a crash could take back.
/// </summary>
internal sealed class CommandRunner(CustomerDirectory directory, Committer committer, ClaimsInFlight claimsInFlight, CustomerKeys keys, SnapshotWriter snapshots, Outbox outbox, Freshness freshness, Turns turns)
{
    public ValueTask<Ran> Run(Scope scope, string customerId, Command command, ImmutableArray<Claim> claims, Instant now) =>
        Run(scope, [new Addressed(customerId, command)], claims, now);

    /// <summary>All commands or none, as one unit.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Ran> Run(Scope scope, ImmutableArray<Addressed> commands, ImmutableArray<Claim> claims, Instant now, ClaimChanges? idChanges = null)
    {
        while (true)
        {
            var cells = new Cell[commands.Length];
            for (var i = 0; i < cells.Length; i++)
            {
                if (await Known(scope, commands[i], now) is not { } cell) return Ran.Refused(NoSuchCustomer(commands[i].CustomerId), i);
                cells[i] = cell;
            }

            using var turn = await turns.Take(scope, cells);
            if (!committer.TryReserve(out var reserved)) return Ran.Overloaded;
            using var place = reserved;
            var attempt = Attempt(scope, commands, cells, claims, idChanges, now);
            if (attempt.Again is { } again)
            {
                await again;
                continue;
            }

            if (attempt.Queued is { } unit)
            {
                var fate = await Spans.Settling(unit);
                if (fate.IsCommitted) return attempt.Ran!;
                if (fate.Kind == FateKind.Unknown) return Ran.StoreFailed;
                if (fate.Kind == FateKind.ClaimLost) return Ran.Refused(Lost(fate.Lost!.Value), 0);
                if (fate.Kind == FateKind.Moved) await freshness.Look();
                if (fate.Kind == FateKind.UsedUp) return Ran.Refused(CodeUses.Refusal(fate.UsedUp!.Value), 0);
            }
            else if (await AllCommitted(attempt.BuiltOn) && await AllCurrent(scope, cells))
            {
                return attempt.Ran!;
            }
        }
    }

    /// <summary>Makes a customer under its id, or under its email when it has no id. <c>Made</c> is false when it was there already.</summary>
    public async ValueTask<(Ran Ran, bool Made)> GetOrCreate(Scope scope, Profile profile, Func<CustomerKey, Command.Create> create, ImmutableArray<Claim> claims, Instant now)
    {
        var key = IdClaim(scope, profile);
        while (true)
        {
            using var reservation = await claimsInFlight.Reserve(key);
            if (await Find(scope, profile, now) is { } there) return (new Ran(RunEnd.Done, [there], []), false);

            if (!committer.TryReserve(out var reserved)) return (Ran.Overloaded, false);
            using var place = reserved;
            var command = create(await keys.Next());
            if (!scope.TryEnter(out var changed))
            {
                await changed;
                continue;
            }

            CustomersUnit unit;
            Ran ran;
            try
            {
                var decision = Decider.Decide(null, scope.Catalog, command, now);
                if (decision is Decision.Refused { Refusal: var refusal }) return (Ran.Refused(refusal, 0), false);
                var accepted = (Decision.Accepted)decision;
                var cell = new Cell(command.Key);
                var chain = new EntryChain(scope.Id, null, cell.Hash_NeedsGate).Append(accepted.Events, accepted.Customer, now);
                List<WebhookMessage>? messages = null;
                outbox.Tell(scope, null, accepted.Customer, accepted.Events, now, ref messages);
                unit = new CustomersUnit(scope, [new CellChange(cell, accepted.Customer, null, chain.Bytes)], snapshots, outbox, turns)
                {
                    CatalogVersion = scope.Catalog.Version,
                    Changes = [chain.ToChange(now)],
                    Messages = messages is null ? [] : [.. messages],
                    Takes = claims.Add(new Claim(key, command.Key, now, null)),
                };
                cell.Decided_NeedsGate(accepted.Customer, chain.Hash, unit.Settled);
                CustomerDirectory.Enter(scope, cell);
                committer.Enqueue(unit);
                ran = new Ran(RunEnd.Done, [accepted.Customer], [accepted.Events], Stored: true);
            }
            finally
            {
                scope.Leave();
            }

            var fate = await Spans.Settling(unit);
            if (fate.IsCommitted) return (ran, true);
            if (fate.Kind == FateKind.Unknown) return (Ran.StoreFailed, false);
            if (fate.Kind == FateKind.ClaimLost && fate.Lost != key) return (Ran.Refused(Lost(fate.Lost!.Value), 0), false);
            if (fate.Kind == FateKind.Moved) await freshness.Look();
        }
    }

    /// <summary>Deletes a customer and frees its id; a creation under the same id waits for the end of this.</summary>
    public async ValueTask<Ran> Delete(Scope scope, string id, ImmutableArray<Claim> claims, Instant now)
    {
        var key = IdClaim(scope, new Profile(id));
        using var reservation = await claimsInFlight.Reserve(key);
        return await Run(scope, [new Addressed(id, new Command.Delete())], claims, now, new ClaimChanges([], [key]));
    }

    /// <summary>Changes a profile, the id with it, and what else is asked for in the same step.</summary>
    public async ValueTask<Ran> Rename(Scope scope, Customer customer, ImmutableArray<Command> changes, string newId, ImmutableArray<Claim> claims, Instant now)
    {
        var (from, to) = (IdClaim(scope, customer.Profile), new ClaimKey(scope.Id, ClaimKind.CustomerId, newId));
        using var reservations = await claimsInFlight.ReserveAll([from, to]);
        if (await directory.Find(scope, newId, now) is not null) return Ran.Refused(Lost(to), 0);

        // While both ids are held nobody else can rename or delete it; before that somebody may have.
        if ((await directory.Load(scope, customer.Key))?.Committed is not { } standing || IdClaim(scope, standing.Profile) != from)
            return Ran.Refused(NoSuchCustomer(customer.Profile.Id), 0);
        var idChange = new ClaimChanges([new Claim(to, customer.Key, now, null)], [from]);
        return await Run(scope, [.. changes.Select(change => new Addressed(customer.Key, change))], claims, now, idChange);
    }

    /// <summary>Commits claims by themselves: the keys of a request that changed nothing else.</summary>
    public async ValueTask<Ran> TakeClaims(ImmutableArray<Claim> claims)
    {
        if (!committer.TryReserve(out var reserved)) return Ran.Overloaded;
        using var place = reserved;
        var unit = new ClaimsUnit { Takes = claims };
        committer.Enqueue(unit);
        var fate = await Spans.Settling(unit);
        return fate.Kind switch
        {
            FateKind.Committed => new Ran(RunEnd.Done, [], [], Stored: true),
            FateKind.ClaimLost => Ran.Refused(Lost(fate.Lost!.Value), 0),
            _ => Ran.StoreFailed,
        };
    }

    public static Refusal NoSuchCustomer(string? id) => new(RefusalCode.CustomerNotFound, $"Customer {id} not found. Create it first with customers.get_or_create.");

    public static readonly Refusal Rewarded = new(RefusalCode.Conflict, "This was rewarded already.");

    private static ClaimKey IdClaim(Scope scope, Profile profile) => profile.Id is { } id
        ? new ClaimKey(scope.Id, ClaimKind.CustomerId, id)
        : new ClaimKey(scope.Id, ClaimKind.CustomerEmail, profile.Email!);

    private static Refusal Lost(ClaimKey claim) => claim.Kind switch
    {
        ClaimKind.CustomerId => new Refusal(RefusalCode.CustomerExists, $"A customer with the id {claim.Key} exists already."),
        ClaimKind.CustomerEmail => new Refusal(RefusalCode.CustomerExists, "A customer without an id and with this email exists already."),
        ClaimKind.HeaderKey or ClaimKind.BodyKey => Idempotency.Duplicate,
        ClaimKind.ReferralReward => Rewarded,
        ClaimKind.Hold => new Refusal(RefusalCode.HoldExists, $"A hold {claim.Key} is pending: finalize it, or take another lock_id."),
        ClaimKind.RecordedInvoice => new Refusal(RefusalCode.Conflict, $"The invoice {claim.Key} was recorded just now, or belongs to another customer. Nothing was done: look at invoices.list, and try again."),
        ClaimKind.PlanMigration => new Refusal(RefusalCode.Conflict, "The customer was moved already."),
        _ => throw new InvariantViolation($"claim kind {claim.Kind}"),
    };

    private ValueTask<Cell?> Known(Scope scope, Addressed to, Instant now) => to.CustomerId is { } id ? directory.Known(scope, id, now) : directory.Known(scope, to.Key);

    private ValueTask<Customer?> Find(Scope scope, Profile profile, Instant now) =>
        profile.Id is { } id ? directory.FindCommitted(scope, id, now) : directory.FindByEmail(scope, profile.Email!, now);

    private static async ValueTask<bool> AllCommitted(List<Task<Fate>>? fates)
    {
        if (fates is null) return true;
        foreach (var fate in fates)
        {
            if (!(await fate).IsCommitted) return false;
        }

        return true;
    }

    // An answer that commits nothing is fenced by nothing.
    private async ValueTask<bool> AllCurrent(Scope scope, Cell[] cells)
    {
        if (freshness.IsAlone) return true;
        var current = await Task.WhenAll(cells.Distinct().Select(cell => freshness.IsCurrent(scope, cell).AsTask()));
        return current.All(static one => one);
    }

    /// <param name="Again">Nothing was decided: wait for this, then start over.</param>
    /// <param name="Ran">What is answered when what it waits for is committed.</param>
    /// <param name="Queued">The unit to wait for.</param>
    /// <param name="BuiltOn">Nothing was queued, but the answer was derived from what has these fates.</param>
    private readonly record struct Attempted(Task? Again, Ran? Ran, Unit? Queued, List<Task<Fate>>? BuiltOn);

    private Attempted Attempt(
        Scope scope, ImmutableArray<Addressed> commands, Cell[] cells, ImmutableArray<Claim> claims, ClaimChanges? idChanges, Instant now)
    {
        if (!scope.TryEnter(out var changed)) return new Attempted(changed, null, null, null);
        var gated = InOrder(cells);
        foreach (var cell in gated) cell.Gate.Enter();
        try
        {
            if (Stale(commands, cells) is { } stale) return new Attempted(stale, null, null, null);
            var drafts = new Draft[gated.Length];
            for (var at = 0; at < drafts.Length; at++) drafts[at] = new Draft(scope, gated[at], outbox, now);
            var ran = Decide(scope, commands, cells, drafts, now);
            if (!ran.Stored)
                return new Attempted(null, ran, null, Unsettled(gated));

            // From here on everything must succeed: memory changes and the unit takes its place in the queue.
            var changes = drafts.Length == 1 ? drafts : Array.FindAll(drafts, static draft => !draft.IsEmpty);
            var (takes, frees) = Claimed(changes, claims, idChanges);
            var unit = new CustomersUnit(scope, ImmutableCollectionsMarshal.AsImmutableArray(Array.ConvertAll(changes, static draft => draft.CellChange)), snapshots, outbox, turns)
            {
                CatalogVersion = scope.Catalog.Version,
                Changes = ImmutableCollectionsMarshal.AsImmutableArray(Array.ConvertAll(changes, static draft => draft.Change)),
                Takes = takes,
                Frees = frees,
                Messages = Gathered(changes, static draft => draft.Messages),
                Uses = Gathered(changes, static draft => draft.Uses),
            };
            foreach (var draft in changes) draft.Keep(unit);
            committer.Enqueue(unit);
            return new Attempted(null, ran, unit, null);
        }
        finally
        {
            foreach (var cell in gated) cell.Gate.Exit();
            scope.Leave();
        }
    }

    private static Ran Decide(Scope scope, ImmutableArray<Addressed> commands, Cell[] cells, Draft[] drafts, Instant now)
    {
        var customers = new Customer[commands.Length];
        var events = new ImmutableArray<CustomerEvent>[commands.Length];
        for (var i = 0; i < commands.Length; i++)
        {
            var draft = drafts.Length == 1 ? drafts[0] : DraftOf(cells[i], drafts);
            var moment = Decider.MomentOf(draft.Customer, commands[i].Command, now);
            switch (Decider.Decide(draft.Customer, scope.Catalog, commands[i].Command, moment))
            {
                case Decision.Refused refused:
                    return Ran.Refused(refused.Refusal, i, Due.AsOf(draft.Customer, scope.Catalog, moment));
                case Decision.Accepted accepted:
                    draft.Add(accepted, moment);
                    (customers[i], events[i]) = (accepted.Customer, accepted.Events);
                    break;
            }
        }

        return new Ran(
            RunEnd.Done, ImmutableCollectionsMarshal.AsImmutableArray(customers), ImmutableCollectionsMarshal.AsImmutableArray(events), Stored: Array.Exists(drafts, static draft => !draft.IsEmpty));
    }

    private static Draft DraftOf(Cell cell, Draft[] drafts) => Array.Find(drafts, draft => draft.Cell == cell)!;

    // Most units claim nothing.
    private static (ImmutableArray<Claim> Takes, ImmutableArray<ClaimKey> Frees) Claimed(Draft[] changes, ImmutableArray<Claim> claims, ClaimChanges? idChanges)
    {
        if (idChanges is null && !Array.Exists(changes, static draft => draft.MovesHolds)) return (claims, []);
        var (takes, frees) = (claims.ToBuilder(), ImmutableArray.CreateBuilder<ClaimKey>());
        if (idChanges is not null)
        {
            takes.AddRange(idChanges.Takes);
            frees.AddRange(idChanges.Frees);
        }

        foreach (var draft in changes) draft.Claim(takes, frees);
        return (takes.DrainToImmutable(), frees.DrainToImmutable());
    }

    private static ImmutableArray<T> Gathered<T>(Draft[] drafts, Func<Draft, IReadOnlyList<T>?> of)
    {
        ImmutableArray<T>.Builder? all = null;
        foreach (var draft in drafts)
        {
            if (of(draft) is { } some) (all ??= ImmutableArray.CreateBuilder<T>(some.Count)).AddRange(some);
        }

        return all?.DrainToImmutable() ?? [];
    }

    // Null when every cell still stands for the id it was found under; else what to wait for before looking again.
    private static Task? Stale(ImmutableArray<Addressed> commands, Cell[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i].Dropped) return Task.CompletedTask;
            var latest = cells[i].Latest_NeedsGate!;
            if (latest.Deleted || (commands[i].CustomerId is { } id && latest.Profile.Id != id)) return cells[i].Last_NeedsGate ?? Task.CompletedTask;
        }

        return null;
    }

    private static List<Task<Fate>>? Unsettled(Cell[] gated)
    {
        List<Task<Fate>>? fates = null;
        foreach (var cell in gated)
        {
            if (cell.Last_NeedsGate is { IsCompleted: false } fate) (fates ??= []).Add(fate);
        }

        return fates;
    }

    private static Cell[] InOrder(Cell[] cells)
    {
        if (cells.Length == 1) return cells;
        var distinct = cells.Distinct().ToArray();
        Array.Sort(distinct, (a, b) => a.Key.CompareTo(b.Key));
        return distinct;
    }
}

/// <summary>Claims on ids that change with a customer's name or end.</summary>
public sealed record ClaimChanges(ImmutableArray<Claim> Takes, ImmutableArray<ClaimKey> Frees);
