using System.Collections.Immutable;
using System.Globalization;
using Sluice.Core;

namespace Sluice.Server.Payments;

/// <summary>What is set about billing, for every environment alike but for the provider.</summary>
/// <param name="Live">The provider of live; null = none.</param>
public sealed record BillingSettings(string? Live = null)
{
    private const int MostRetries = 20;
    private const int LongestPause = 90;

    /// <summary>Days from each failed collection of a period's invoice to the next one.</summary>
    public ImmutableArray<int> RetryDays { get; init; } = BillingPolicy.Default.RetryDays;

    public AfterDunning AfterDunning { get; init; } = BillingPolicy.Default.AfterDunning;

    /// <summary>In percent, on top of every invoice; null = none.</summary>
    public decimal? TaxRate { get; init; }

    /// <summary>Rates in percent that a call may name instead (<c>tax_rate_id</c>).</summary>
    public ImmutableDictionary<string, decimal> TaxRates { get; init; } = ImmutableDictionary<string, decimal>.Empty;

    /// <summary>Of prices, and of customers that have no invoice yet.</summary>
    public Currency Currency { get; init; } = BillingPolicy.Default.Currency;

    /// <param name="value">The value of a setting by its name.</param>
    internal static BillingSettings Read(Func<string, string?> value) => new(Provider(value("PAYMENTS_LIVE")))
    {
        RetryDays = Days(value("PAYMENTS_RETRY_DAYS")),
        AfterDunning = value("PAYMENTS_UNPAID") switch
        {
            null or "cancel" => AfterDunning.Cancel,
            "keep" => AfterDunning.Keep,
            var other => throw Wrong("PAYMENTS_UNPAID", other, "cancel or keep"),
        },
        TaxRate = value("TAX_RATE") is { } rate ? Percent(rate) is { } percent && percent > 0m ? percent : throw Wrong("TAX_RATE", rate, "a percentage above 0, such as 19 or 8.1") : null,
        TaxRates = Rates(value("TAX_RATES")),
        Currency = value("CURRENCY") is { } code ? new Currency(code.ToLowerInvariant()) is { IsKnown: true } currency ? currency
            : throw Wrong("CURRENCY", code, "three letters of a currency that cards are charged in, such as usd or eur") : BillingPolicy.Default.Currency,
    };

    private static string? Provider(string? value) =>
        value is null || Providers.Known.Contains(value) ? value : throw Wrong("PAYMENTS_LIVE", value, $"one of {string.Join(", ", Providers.Known)}, or left out");

    private static ImmutableArray<int> Days(string? value)
    {
        if (value is null) return BillingPolicy.Default.RetryDays;
        if (value == "none") return [];
        var days = value.Split(',').Select(static text => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var day) ? day : 0).ToImmutableArray();
        return days.Length <= MostRetries && days.All(static day => day is >= 1 and <= LongestPause) ? days
            : throw Wrong("PAYMENTS_RETRY_DAYS", value, $"none, or up to {MostRetries} numbers of days from 1 to {LongestPause}, such as 1,2,2,2");
    }

    // vat=20,reduced=7. A rate of 0 is one: it exempts from the rate of all.
    private static ImmutableDictionary<string, decimal> Rates(string? value)
    {
        var rates = ImmutableDictionary.CreateBuilder<string, decimal>();
        foreach (var text in value?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            var (at, name) = (text.IndexOf('=', StringComparison.Ordinal), text.Split('=')[0].Trim());
            if (at < 0 || name.Length == 0 || Percent(text[(at + 1)..].Trim()) is not { } rate || !rates.TryAdd(name, rate))
                throw Wrong("TAX_RATES", value!, "names with percentages from 0 to 100, each name once, such as vat=20,reduced=7");
        }

        return rates.ToImmutable();
    }

    private static decimal? Percent(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0m and <= 100m ? percent : null;

    private static SettingsException Wrong(string name, string value, string must) => new($"SLUICE_{name} is \"{value}\"; it must be {must}.");
}
