namespace Sluice.Core;

/// <summary>What an alert looks at: how much is used, of how much, and what is left.</summary>
internal readonly record struct Gauge(decimal Used, decimal Whole, decimal Left)
{
    /// <summary>Null when there is nothing to look at: no balance, one without limits, or no usage limit of the alert's filter.</summary>
    public static Gauge? Of(Subject subject, Catalog catalog, EffectiveControls controls, Feature feature, UsageAlert alert, Instant now)
    {
        if (alert.Basis == AlertBasis.UsageLimit) return OfLimit(subject, catalog, controls, feature, alert, now);
        if (Balance.Of(subject, catalog, feature) is not { Unlimited: false } balance) return null;
        var used = balance.Usage.Value;
        return alert.Basis switch
        {
            AlertBasis.Included => Part(used, balance.Rows.Sum(static row => row.IncludedNow.Value)),
            AlertBasis.Recurring => Part(used, balance.Rows.Sum(static row => row.RecurringBase.Value)),
            _ => new Gauge(used, balance.Granted.Value, balance.Remaining.Value),
        };
    }

    private static Gauge? OfLimit(Subject subject, Catalog catalog, EffectiveControls controls, Feature feature, UsageAlert alert, Instant now)
    {
        foreach (var (limit, source) in controls.Windows(feature.Id))
        {
            if (Equals(limit.Filter, alert.Filter)) return Part(UsageLimits.Used(source == ControlSource.Entity ? subject : subject.Customer, catalog, limit, now).Value, limit.Limit.Value);
        }

        return null;
    }

    private static Gauge Part(decimal used, decimal whole) => new(used, whole, Math.Max(0m, whole - used));
}
