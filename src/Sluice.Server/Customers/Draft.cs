using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>One customer while its commands are being decided; memory is changed only by <see cref="Keep"/>.</summary>
internal sealed class Draft(Scope scope, Cell cell, Outbox outbox, Instant now)
{
    private readonly string? _idBefore = cell.Latest_NeedsGate!.Profile.Id;
    private readonly Customer _before = cell.Latest_NeedsGate!;
    private List<CustomerEvent>? _holds;
    private List<WebhookMessage>? _messages;
    private List<CodeUse>? _uses;
    private readonly EntryChain _chain = new(scope.Id, cell.Latest_NeedsGate, cell.Hash_NeedsGate);

    public Cell Cell => cell;

    public Customer Customer { get; private set; } = cell.Latest_NeedsGate!;

    public bool IsEmpty => _chain.IsEmpty;

    public CellChange CellChange => new(cell, Customer, _idBefore, _chain.Bytes);

    public CustomerChange Change => _chain.ToChange(now);

    /// <summary>A hold begins or ends.</summary>
    public bool MovesHolds => _holds is not null;

    /// <summary>What is told of it; null when nothing is.</summary>
    public IReadOnlyList<WebhookMessage>? Messages => _messages;

    /// <summary>Codes that it uses; null when there are none.</summary>
    public IReadOnlyList<CodeUse>? Uses => _uses;

    public void Add(Decision.Accepted accepted, Instant moment)
    {
        var before = Customer;
        foreach (var entry in accepted.Entries)
        {
            _chain.Append(entry.Events, entry.After, moment);
            outbox.Tell(scope, before, entry.After, entry.Events, moment, ref _messages);
            CodeUses.Add(scope.Id, scope.Catalog.Rewards, before, entry.Events, ref _uses);
            before = entry.After;
            foreach (var happened in entry.Events)
            {
                if (HoldClaims.IsAbout(happened)) (_holds ??= []).Add(happened);
            }
        }

        Customer = accepted.Customer;
    }

    /// <summary>What the unit claims and frees for what happened to this customer.</summary>
    public void Claim(ImmutableArray<Claim>.Builder takes, ImmutableArray<ClaimKey>.Builder frees)
    {
        if (_holds is not null) HoldClaims.Add(scope.Id, _before, _holds, now, takes, frees);
    }

    public void Keep(Unit unit) => cell.Decided_NeedsGate(Customer, _chain.Hash, unit.Settled);
}
