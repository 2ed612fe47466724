using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A field that a caller may leave out, when null is a value of its own. The default = left out.</summary>
public readonly record struct Change<T>
{
    private Change(T to) => (Said, To) = (true, to);

    public bool Said { get; }

    public T? To { get; }

    public T Or(T current) => Said ? To! : current;

    public static implicit operator Change<T>(T to) => new(to);
}

/// <param name="Consumable">Must be said for a metered feature.</param>
public sealed record CreateFeature(FeatureId Id, string? Name, FeatureType Type)
{
    public bool? Consumable { get; init; }

    public ImmutableArray<string> EventNames { get; init; } = [];

    public ImmutableArray<CreditCost> CreditSchema { get; init; } = [];

    public FeatureDisplay? Display { get; init; }

    public Markups? Markups { get; init; }
}

/// <summary>Null members are left as they are.</summary>
public sealed record UpdateFeature(FeatureId Id)
{
    public FeatureId? NewId { get; init; }

    public string? Name { get; init; }

    public FeatureType? Type { get; init; }

    public bool? Consumable { get; init; }

    public ImmutableArray<string>? EventNames { get; init; }

    public ImmutableArray<CreditCost>? CreditSchema { get; init; }

    public FeatureDisplay? Display { get; init; }

    public bool? Archived { get; init; }

    public MarkupsChange Markups { get; init; }
}

/// <param name="EverGranted">
/// A customer has or had a balance or flag of it, by a plan (also one that it was taken out of since) or alone, or a
/// balance counted for each entity of it.
/// </param>
public readonly record struct FeatureUse(bool EverGranted);

/// <summary>A plan item as sent; null = not said. <see cref="PlanItems"/> makes terms of it.</summary>
public sealed record ItemDraft(FeatureId Feature)
{
    public Quantity? Included { get; init; }

    public bool Unlimited { get; init; }

    public Interval? Reset { get; init; }

    public PriceDraft? Price { get; init; }

    public RolloverDraft? Rollover { get; init; }

    public bool Pooled { get; init; }

    public FeatureId? EntityFeature { get; init; }

    public Proration? Proration { get; init; }

    /// <summary>The caller may charge seats when they are taken: callers of older versions could.</summary>
    public bool ProratesSeats { get; init; }

    public JsonText? Later { get; init; }
}

/// <summary>An item's price as sent.</summary>
public sealed record PriceDraft(BillingMethod Method, Interval Interval)
{
    public Price? Amount { get; init; }

    public ImmutableArray<PriceTier> Tiers { get; init; } = [];

    public TierBehavior? TierBehavior { get; init; }

    public Quantity? BillingUnits { get; init; }

    public Quantity? MaxPurchase { get; init; }

    public CurrencyPrices? OtherCurrencies { get; init; }
}

public sealed record RolloverDraft(Quantity? Max, Quantity? MaxPercentage, RolloverExpiry Expiry, int? Length)
{
    /// <summary>A length that is not said is 1.</summary>
    public Rollover ToRollover() => new(Max, MaxPercentage, Expiry, Length ?? 1);
}

public sealed record CreatePlan(PlanId Id, string? Name)
{
    public string? Description { get; init; }

    public string? Group { get; init; }

    public bool AddOn { get; init; }

    public bool AutoEnable { get; init; }

    public PlanPrice? Price { get; init; }

    public ImmutableArray<ItemDraft> Items { get; init; } = [];

    public FreeTrial? FreeTrial { get; init; }

    public bool IgnorePastDue { get; init; }

    public BillingControls? Controls { get; init; }

    public PlanLicenses? Licenses { get; init; }

    public JsonText? Metadata { get; init; }

    public JsonText? Later { get; init; }
}

/// <summary>Members left out stay as they are. At most one of the three flags about versions.</summary>
public sealed record UpdatePlan(PlanId Id)
{
    /// <summary>The version to edit; null = the latest.</summary>
    public int? Version { get; init; }

    public PlanId? NewId { get; init; }

    public string? Name { get; init; }

    public Change<string?> Description { get; init; }

    public Change<string?> Group { get; init; }

    public bool? AddOn { get; init; }

    public bool? AutoEnable { get; init; }

    public Change<PlanPrice?> Price { get; init; }

    public ImmutableArray<ItemDraft>? Items { get; init; }

    public Change<FreeTrial?> FreeTrial { get; init; }

    public bool? IgnorePastDue { get; init; }

    public Change<BillingControls?> Controls { get; init; }

    public Change<PlanLicenses?> Licenses { get; init; }

    public Change<JsonText?> Metadata { get; init; }

    public Change<JsonText?> Later { get; init; }

    public bool? Archived { get; init; }

    /// <summary>Edit in place even when customers hold the version.</summary>
    public bool DisableVersion { get; init; }

    /// <summary>A new version even when nobody holds it.</summary>
    public bool ForceVersion { get; init; }

    /// <summary>Edit every version in place.</summary>
    public bool AllVersions { get; init; }
}

/// <param name="AllVersions">Every version, not only the latest.</param>
public sealed record DeletePlan(PlanId Id, bool AllVersions = false);

/// <param name="Held">A customer holds it now.</param>
/// <param name="EverHeld">A customer holds or held it.</param>
public readonly record struct VersionUse(bool Held, bool EverHeld);

/// <summary>Who holds the versions of one plan; a version not named was never held.</summary>
public sealed record PlanUse(ImmutableDictionary<int, VersionUse> Versions)
{
    public static readonly PlanUse None = new(ImmutableDictionary<int, VersionUse>.Empty);

    public VersionUse Of(int version) => Versions.GetValueOrDefault(version);

    public bool EverHeld => Versions.Values.Any(use => use.EverHeld);
}
