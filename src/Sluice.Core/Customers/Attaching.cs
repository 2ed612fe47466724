using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A plan comes to a customer: what it grants, and which held plan gives way to it.</summary>
internal static class Attaching
{
    public static Outcome Attach(Customer customer, Catalog catalog, Command.Attach command, Instant now) => throw new NotImplementedException();

    public static (CustomerEvent.PlanAttached Event, int LastNo) Open(
        Catalog catalog, Plan plan, ImmutableDictionary<FeatureId, Quantity> quantities, string? callerId, int lastNo, Instant now) => throw new NotImplementedException();
}
