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
        TaxRate = value("TAX_RATE") is { } rate ? decimal.TryParse(rate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0m and <= 100m ? percent
            : throw Wrong("TAX_RATE", rate, "a percentage above 0, such as 19 or 8.1") : null,
        Currency = value("CURRENCY") is { } code ? code.Length == 3 && code.All(char.IsAsciiLetter) ? new Currency(code.ToLowerInvariant())
            : throw Wrong("CURRENCY", code, "three letters, such as usd or eur") : BillingPolicy.Default.Currency,
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

    private static SettingsException Wrong(string name, string value, string must) => new($"SLUICE_{name} is \"{value}\"; it must be {must}.");
}
