using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;
using Sluice.Storage;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// balances.history: every grant, use, reset and end of a customer's balances with its cause and time, oldest first, told
/// from the journal itself. The customer is told again from its start for every page, so a long life costs time.
/// </summary>
internal static class History
{
    private const int Default = 50;
    private const int Most = 200;

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

        // A cursor names the entry and how many of its lines were shown.
        var (version, shown) = page.AfterNumbered is { } after ? (after.No / MostLines, (int)(after.No % MostLines)) : (0, 0);
        var lines = new List<LedgerBody>();
        (long Version, int Line, Instant At)? last = null;
        Customer? customer = null;
        await foreach (var row in call.Engine.Audit.ReadJournal(call.Scope.Id, standing.Key, 1, standing.Version))
        {
            var (events, at) = JournalFormat.ReadEntry(row.Schema, row.Body, row.Properties, call.Scope.ResolveTerms);
            if (row.Version < version || from > at)
            {
                customer = CustomerState.ApplyEntry(customer, events, at);
                continue;
            }

            if (at >= to) break;
            var (next, told) = Ledger.Of(customer, events, at);
            for (var i = row.Version == version ? shown : 0; i < told.Length; i++)
            {
                if (!IsMeant(call, standing, customer ?? next, next, told[i], feature, balance, entityId)) continue;
                if (lines.Count == page.Limit) return Page(lines, standing.Key, last);
                lines.Add(LedgerBody.Of(standing.Key, told[i], row, events, at, EntityId(customer, next, told[i])));
                last = (row.Version, i + 1, at);
            }

            customer = next;
        }

        return Page(lines, standing.Key, null);
    }

    private const long MostLines = 1_000_000;

    private static Answer Page(List<LedgerBody> lines, CustomerKey key, (long Version, int Line, Instant At)? last) => Answer.Ok(
        new CursorPage<LedgerBody>(lines, last is { } end ? PageAsked.Encode(end.At, key, (end.Version * MostLines) + end.Line) : null), ApiJson.Default.CursorPageLedgerBody);

    private static bool IsMeant(Call call, Customer standing, Customer before, Customer after, LedgerLine line, string? feature, string? balance, string? entityId) =>
        (feature is null || line.Grant.Feature.Value == feature)
        && (balance is null || PublicIds.Of(standing.Key, line.Grant) == balance)
        && (entityId is null || EntityId(before, after, line) == entityId)
        && call.Catalog.Feature(line.Grant.Feature) is not { IsBoolean: true };

    private static string? EntityId(Customer? before, Customer after, LedgerLine line) =>
        line.Grant.Entity is { } entity ? (after.Entities.Find(entity) ?? before?.Entities.Find(entity))?.Id : null;
}

/// <summary>One change of one balance.</summary>
/// <param name="Amount">What came; negative = what went. Saved units counted in.</param>
/// <param name="Balance">What is left after it, signed; null = it is gone.</param>
/// <param name="Saved">Units saved from earlier cycles after it; not part of the balance.</param>
/// <param name="Event">The usage that caused it.</param>
public sealed record LedgerBody(
    Instant At, string Cause, string FeatureId, string BalanceId, string? PlanId, string? EntityId, Quantity Amount, Quantity? Balance, Quantity Saved, LedgerEventBody? Event)
{
    internal static LedgerBody Of(CustomerKey key, LedgerLine line, JournalRow row, System.Collections.Immutable.ImmutableArray<CustomerEvent> events, Instant at, string? entityId) => new(
        at, Word(line.Cause), line.Grant.Feature.Value, PublicIds.Of(key, line.Grant), line.Grant.Plan?.Value, entityId, line.Amount, line.After, line.SavedAfter,
        line.Cause is LedgerCause.Used or LedgerCause.GivenBack && CustomerEvent.Used.In(events) is { } used ? new LedgerEventBody(PublicIds.OfEvent(key, row.Version), used.Feature, used.Value, used.UsedAt) : null);

    private static string Word(LedgerCause cause) => cause switch
    {
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
