namespace Sluice.Core;

/// <summary>Why a grant gave no more to a request than it did. The names are stable.</summary>
public enum DrawStop
{
    /// <summary>The whole request was served before it came to this grant.</summary>
    NotReached,

    /// <summary>Nothing of the request was left.</summary>
    Served,

    /// <summary>Drawn down to zero.</summary>
    Empty,

    /// <summary>At zero, and no price pays for going below.</summary>
    NoOverage,

    /// <summary>At zero, and a control switches overage off.</summary>
    OverageOff,

    /// <summary>As far below zero as its price allows.</summary>
    MaxPurchase,

    /// <summary>As far below zero as a spend limit allows.</summary>
    SpendLimit,

    /// <summary>The window of a usage limit has nothing left.</summary>
    UsageLimit,

    /// <summary>Given back up to what was granted.</summary>
    Full,

    /// <summary>Costs nothing, so nothing is given back to it.</summary>
    Free,

    /// <summary>There is no end to what it may give.</summary>
    NoEnd,
}

/// <summary>One visit of a deduction to a grant.</summary>
/// <param name="Rollover">Its saved units; null = its own balance.</param>
/// <param name="Units">Served, in units of the request; negative = given back.</param>
/// <param name="Amount">The same in the grant's own unit.</param>
internal readonly record struct DrawStep(Source Source, int? Rollover, decimal Units, decimal Amount, DrawStop Stop);
