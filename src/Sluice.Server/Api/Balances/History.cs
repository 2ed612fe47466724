using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;
using Sluice.Storage;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// balances.history: every grant, use, reset and end of a customer's balances with its cause and time, oldest first, told
/// from the journal itself. The customer is told again from its start for every page, so a long life costs time. Where the
/// journal begins with a checkpoint, the history begins with the balances as they stood there.
/// </summary>
internal static class History
{
    private const int Default = 50;
    private const int Most = 200;
    private const long MostLines = 1_000_000;
    private const int Attempts = 10;

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, entityId) = (CustomerFields.Id(body), EntityFields.Id(body));
        var (feature, balance) = (body.Text("feature_id", minLength: 1), body.Text("balance_id", minLength: 1));
        var (from, to) = (body.Moment("start_time"), body.Moment("end_time"));
        var page = PageAsked.ByCursor(body, Default, Most, out var refusal);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (refusal is not null) return call.Refuse(refusal);
        if (await call.Stored(customerId) is not { } standing) return call.NoSuchCustomer(customerId);
        if (feature is not null && call.Catalog.Feature(new FeatureId(feature)) is null) return call.Refuse(RefusalCode.FeatureNotFound, $"Feature {feature} does not exist.");

        // Retention may take entries away while they are read: then it is told again, from where the journal begins now.
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var lines = new HistoryPage(call, standing, page, new HistoryFilter(feature, balance, entityId, from, to));
            if (await Tell(call, standing, lines)) return lines.ToAnswer();
        }

        throw new InvariantViolation($"the journal of {standing.Key} has a hole");
    }

    // False: an entry is missing.
    private static async ValueTask<bool> Tell(Call call, Customer standing, HistoryPage lines)
    {
        Customer? customer = null;
        if (await call.Engine.Audit.ReadCheckpoint(call.Scope.Id, standing.Key) is { } begin)
        {
            customer = begin.Read(call.Scope.ResolveTerms);
            if (lines.Wants(begin.Version, begin.At) && !lines.TryAdd(begin.Version, begin.At, customer, customer, Ledger.Opening(customer), [])) return true;
        }

        await foreach (var row in call.Engine.Audit.ReadJournal(call.Scope.Id, standing.Key, (customer?.Version ?? 0) + 1, standing.Version))
        {
            if (row.Version != (customer?.Version ?? 0) + 1) return false;
            var (events, at) = JournalFormat.ReadEntry(row.Schema, row.Body, row.Properties, call.Scope.ResolveTerms);
            if (lines.EndsBefore(at)) return true;
            if (!lines.Wants(row.Version, at))
            {
                customer = CustomerState.ApplyEntry(customer, events, at);
                continue;
            }

            var (next, told) = Ledger.Of(customer, events, at);
            if (!lines.TryAdd(row.Version, at, customer ?? next, next, told, events)) return true;
            customer = next;
        }

        return customer?.Version >= standing.Version;
    }

    /// <param name="From">Inclusive.</param>
    /// <param name="To">Exclusive.</param>
    private sealed record HistoryFilter(string? Feature, string? Balance, string? EntityId, Instant? From, Instant? To);

    /// <summary>The lines of a page as they are told. A cursor names the entry and how many of its lines were shown.</summary>
    private sealed class HistoryPage(Call call, Customer standing, PageAsked page, HistoryFilter filter)
    {
        private readonly (long Version, int Shown) _after = page.AfterNumbered is { } after ? (after.No / MostLines, (int)(after.No % MostLines)) : (0, 0);
        private readonly List<LedgerBody> _lines = [];
        private (long Version, int Line, Instant At)? _last;
        private bool _isFull;

        public bool EndsBefore(Instant at) => at >= filter.To;

        public bool Wants(long version, Instant at) => version >= _after.Version && !(filter.From > at) && !EndsBefore(at);

        /// <summary>False: the page is full, and there is more.</summary>
        public bool TryAdd(long version, Instant at, Customer before, Customer after, ImmutableArray<LedgerLine> told, ImmutableArray<CustomerEvent> events)
        {
            for (var i = version == _after.Version ? _after.Shown : 0; i < told.Length; i++)
            {
                if (!IsMeant(before, after, told[i])) continue;
                if (_lines.Count == page.Limit) return !(_isFull = true);
                _lines.Add(LedgerBody.Of(standing.Key, told[i], version, events, at, EntityId(before, after, told[i])));
                _last = (version, i + 1, at);
            }

            return true;
        }

        public Answer ToAnswer() => Answer.Ok(
            new CursorPage<LedgerBody>(_lines, _isFull && _last is { } end ? PageAsked.Encode(end.At, standing.Key, (end.Version * MostLines) + end.Line) : null), ApiJson.Default.CursorPageLedgerBody);

        private bool IsMeant(Customer before, Customer after, LedgerLine line) =>
            (filter.Feature is null || line.Grant.Feature.Value == filter.Feature)
            && (filter.Balance is null || PublicIds.Of(standing.Key, line.Grant) == filter.Balance)
            && (filter.EntityId is null || EntityId(before, after, line) == filter.EntityId)
            && call.Catalog.Feature(line.Grant.Feature) is not { IsBoolean: true };

        private static string? EntityId(Customer before, Customer after, LedgerLine line) =>
            line.Grant.Entity is { } entity ? (after.Entities.Find(entity) ?? before.Entities.Find(entity))?.Id : null;
    }
}

/// <summary>One change of one balance.</summary>
/// <param name="Amount">What came; negative = what went. Saved units counted in.</param>
/// <param name="Balance">What is left after it, signed; null = it is gone.</param>
/// <param name="Saved">Units saved from earlier cycles after it; not part of the balance.</param>
/// <param name="Event">The usage that caused it.</param>
public sealed record LedgerBody(
    Instant At, string Cause, string FeatureId, string BalanceId, string? PlanId, string? EntityId, Quantity Amount, Quantity? Balance, Quantity Saved, LedgerEventBody? Event)
{
    internal static LedgerBody Of(CustomerKey key, LedgerLine line, long version, ImmutableArray<CustomerEvent> events, Instant at, string? entityId) => new(
        at, Word(line.Cause), line.Grant.Feature.Value, PublicIds.Of(key, line.Grant), line.Grant.Plan?.Value, entityId, line.Amount, line.After, line.SavedAfter,
        line.Cause is LedgerCause.Used or LedgerCause.GivenBack && CustomerEvent.Used.In(events) is { } used ? new LedgerEventBody(PublicIds.OfEvent(key, version), used.Feature, used.Value, used.UsedAt) : null);

    private static string Word(LedgerCause cause) => cause switch
    {
        LedgerCause.Opening => "opening",
        LedgerCause.Granted => "granted",
        LedgerCause.Used => "used",
        LedgerCause.GivenBack => "given_back",
        LedgerCause.Reset => "reset",
        LedgerCause.RolloverExpired => "rollover_expired",
        LedgerCause.Set => "set",
        LedgerCause.Adjusted => "adjusted",
        LedgerCause.Bought => "bought",
        LedgerCause.Pooled => "pooled",
        LedgerCause.Ended => "ended",
        LedgerCause.Expired => "expired",
        LedgerCause.Deleted => "deleted",
        _ => throw new InvariantViolation($"cause {cause}"),
    };
}

/// <param name="Name">The tracked feature or event name.</param>
/// <param name="At">When the caller says it happened.</param>
public sealed record LedgerEventBody(string Id, string Name, Quantity Value, Instant At);
