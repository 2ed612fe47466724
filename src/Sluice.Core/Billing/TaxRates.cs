namespace Sluice.Core;

/// <summary>Which tax an invoice carries, in percent; null = none.</summary>
internal static class TaxRates
{
    /// <summary>The rate that was named for a plan of the cycle, the latest one; without one the tenant's.</summary>
    public static decimal? Of(Customer customer, Catalog catalog, CycleNo? cycle) => Named(Cycles.Held(customer), cycle) ?? catalog.Policy.TaxRate;

    /// <summary>Null when none was named for any of these.</summary>
    public static decimal? Named(IEnumerable<Subscription> plans, CycleNo? cycle) =>
        cycle is null ? null : plans.Where(held => held.Cycle == cycle && held.TaxRate is not null).MaxBy(static held => held.No.Value)?.TaxRate;
}
