using Sluice.Core;
using Sluice.Server.Api.Billing;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Migrations;

/// <summary>What a move would make of one customer: what it gains, loses and pays. Nothing is ever due at once.</summary>
/// <param name="Balances">Those that would change.</param>
/// <param name="NextInvoice">Null = none comes, before and after.</param>
public sealed record MovePreviewBody(
    string? CustomerId,
    string Outcome,
    string? Reason,
    IReadOnlyList<BalanceMoveBody> Balances,
    IReadOnlyList<FeatureId> FlagsGained,
    IReadOnlyList<FeatureId> FlagsLost,
    InvoiceMoveBody? NextInvoice)
{
    internal static MovePreviewBody Of(Call call, Customer stored, PlanMigration migration)
    {
        var (now, before) = (call.NowOf(stored), call.AsOfNow(stored));
        return Decider.Decide(stored, call.Catalog, PlanMover.CommandOf(migration), now) switch
        {
            Decision.Refused { Refusal: var refusal } => new MovePreviewBody(stored.Profile.Id, MigrationBody.Of(PlanMigrationOutcome.Refused), refusal.Message, [], [], [], null),
            Decision.Accepted { Events.IsEmpty: true } => new MovePreviewBody(stored.Profile.Id, MigrationBody.Of(PlanMigrationOutcome.Skipped), null, [], [], [], null),
            Decision.Accepted { Customer: var after } => Of(call, before, after, now),
            _ => throw new InvariantViolation("a decision is accepted or refused"),
        };
    }

    private static MovePreviewBody Of(Call call, Customer before, Customer after, Instant now)
    {
        var (had, has) = (Flags.All(new Subject(before), call.Catalog).Select(static flag => flag.Feature).ToHashSet(), Flags.All(new Subject(after), call.Catalog).Select(static flag => flag.Feature).ToHashSet());
        var (old, fresh) = (Next(call, before, now), Next(call, after, now));
        return new MovePreviewBody(
            before.Profile.Id, MigrationBody.Of(PlanMigrationOutcome.Moved), null, [.. BalanceMoveBody.Between(call, before, after)], [.. has.Except(had)], [.. had.Except(has)],
            old is null && fresh is null ? null : new InvoiceMoveBody(old, fresh));
    }

    // All that the next moment brings, over the customer's billing cycles.
    private static NextInvoiceBody? Next(Call call, Customer customer, Instant now)
    {
        var forecasts = Forecasting.All(customer, call.Catalog, now);
        if (forecasts.IsEmpty) return null;
        var at = forecasts.Min(static forecast => forecast.At);
        var first = forecasts.Where(forecast => forecast.At == at).Select(static forecast => forecast.Invoice).ToList();
        return new NextInvoiceBody(at, Money.Sum(first.Select(static invoice => invoice.Total), first[0].Currency).Major, first[0].Currency.Code, [.. first.SelectMany(static invoice => invoice.Lines).Select(PreviewLineBody.Of)]);
    }
}

/// <param name="Before">Null = not held before.</param>
/// <param name="After">Null = not held any more.</param>
public sealed record BalanceMoveBody(FeatureId FeatureId, BalanceInShortBody? Before, BalanceInShortBody? After)
{
    internal static IEnumerable<BalanceMoveBody> Between(Call call, Customer before, Customer after)
    {
        var (old, fresh) = (All(call, before), All(call, after));
        return old.Keys.Union(fresh.Keys).Select(feature => new BalanceMoveBody(feature, old.GetValueOrDefault(feature), fresh.GetValueOrDefault(feature))).Where(static move => move.Before != move.After);
    }

    private static Dictionary<FeatureId, BalanceInShortBody> All(Call call, Customer customer) => Core.Balances.All(new Subject(customer), call.Catalog)
        .ToDictionary(static balance => balance.Feature, static balance => new BalanceInShortBody(balance.Granted, balance.Remaining, balance.Usage, balance.Unlimited));
}

public sealed record BalanceInShortBody(Quantity Granted, Quantity Remaining, Quantity Usage, bool Unlimited);

public sealed record InvoiceMoveBody(NextInvoiceBody? Before, NextInvoiceBody? After);

public sealed record NextInvoiceBody(Instant InvoiceAt, decimal Total, string Currency, IReadOnlyList<PreviewLineBody> LineItems);
