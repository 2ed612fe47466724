namespace Sluice.Core;

/// <summary>
/// What put a grant where it stands in the order of drawing: the first key by which it differs from the one before it.
/// The names are stable.
/// </summary>
public enum OrderKey
{
    /// <summary>Nothing stands before it.</summary>
    First,

    /// <summary>Saved units go before every balance, and so a balance after them.</summary>
    SavedUnits,

    /// <summary>Saved units that end sooner go first; where they end together, those of the earlier balance.</summary>
    SavedUnitsExpiry,

    /// <summary>For an entity what it holds goes before what the customer holds; for the customer the other way round.</summary>
    Holder,

    /// <summary>A feature's own balances go before those of the credit systems that list it.</summary>
    CreditSystem,

    Unlimited,

    /// <summary>With a next reset before without.</summary>
    NextReset,

    /// <summary>The shorter interval first.</summary>
    Interval,

    /// <summary>The earlier end first, none last.</summary>
    Expiry,

    /// <summary>By the ids of the entities that hold them.</summary>
    Entity,

    /// <summary>Main plans and balances by themselves before add-ons.</summary>
    AddOn,

    /// <summary>Free and prepaid before usage-based.</summary>
    UsageBased,

    /// <summary>The older first.</summary>
    CreatedAt,

    /// <summary>Opened at one moment: by their numbers.</summary>
    Number,
}
