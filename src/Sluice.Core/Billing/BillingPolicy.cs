using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What becomes of a plan that is not paid in the end.</summary>
public enum AfterDunning
{
    Cancel,

    /// <summary>It stays past due.</summary>
    Keep,
}

/// <summary>What a tenant decides about billing.</summary>
/// <param name="HasProvider">Somebody can be asked to collect money.</param>
/// <param name="RetryDays">Days after each failed collection of a period's invoice until the next one. When they run out, <paramref name="AfterDunning"/>.</param>
/// <param name="CancelWhenPastDue">The first failure ends the plan.</param>
/// <param name="VoidOnEnd">Open invoices of a plan that ends are not to be paid any more.</param>
/// <param name="RepeatTrials">A plan may be tried more than once.</param>
/// <param name="BillsOverage">False = overage is counted and never invoiced.</param>
/// <param name="TaxRate">In percent; null = untaxed.</param>
public sealed record BillingPolicy(
    Currency Currency,
    bool HasProvider,
    ImmutableArray<int> RetryDays,
    AfterDunning AfterDunning = AfterDunning.Cancel,
    bool CancelWhenPastDue = false,
    bool VoidOnEnd = false,
    bool RepeatTrials = false,
    bool BillsOverage = true,
    decimal? TaxRate = null)
{
    /// <summary>Rates in percent that a call may name instead.</summary>
    public ImmutableDictionary<string, decimal> NamedTaxRates { get; init; } = ImmutableDictionary<string, decimal>.Empty;

    public static readonly BillingPolicy Default = new(Currency.Usd, HasProvider: false, [1, 2, 2, 2]);

    /// <summary>How long an answer of the payment provider is waited for.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromHours(24);

    /// <summary>How long what must be confirmed or paid by hand may wait before it is void.</summary>
    public static readonly TimeSpan ConfirmTime = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan CheckoutTime = TimeSpan.FromDays(1);
}
