using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sluice.Core;

/// <summary>What a customer or an entity has of one feature, all grants together, as it is read.</summary>
/// <param name="Granted">Everything granted, saved units included; 0 when unlimited.</param>
/// <param name="Remaining">Each grant's remainder, one in overage counted as nothing: not always granted − usage.</param>
/// <param name="Usage">May exceed what was granted, and may be negative after a credit.</param>
/// <param name="OverageAllowed">What is used beyond the grants is paid for by a usage-based price, or allowed by a switch.</param>
/// <param name="MaxPurchase">Units that may be had beyond the grants; null = no limit, or nothing to buy.</param>
/// <param name="NextResetAt">The earliest of the grants' resets.</param>
/// <param name="Rows">
/// In the order they are drawn on; what entities hold by themselves counts in a customer's sums and is no row of it. As
/// soon as one grant is unlimited there is one row for all of them: its usage is that of the unlimited ones, and it names
/// a plan, a balance id and an expiry only when it stands for a single grant.
/// </param>
public sealed record Balance(
    FeatureId Feature,
    Quantity Granted,
    Quantity Remaining,
    Quantity Usage,
    bool Unlimited,
    bool OverageAllowed,
    Quantity? MaxPurchase,
    Instant? NextResetAt,
    ImmutableArray<Grant> Rows)
{
    /// <summary>Units saved from earlier cycles; default (not empty) when no grant saves any.</summary>
    public ImmutableArray<RolledOver> Rollovers { get; init; }

    /// <summary>What remains and may be drawn on: what entities hold by themselves is not the customer's to use.</summary>
    internal Quantity Drawable { get; init; }

    /// <summary>There is a grant to draw on: entities' own are not the customer's, and where each has its part there may be no entity yet.</summary>
    internal bool IsDrawable { get; init; }

    /// <summary>A usage-based price among the rows that may be drawn on lets them go below zero.</summary>
    internal bool DrawsBelowZero { get; init; }

    /// <summary>Units that may be used right now, counting the overage that prices pay for; null = no end.</summary>
    internal Quantity? Usable { get; init; }

    /// <summary>Null when there is no grant of it, and for a boolean feature: see <see cref="Flags"/>.</summary>
    public static Balance? Of(Subject subject, Catalog catalog, Feature feature)
    {
        if (feature.IsBoolean) return null;
        var rows = DrawOrder.Rows(subject, feature);
        return rows.Count == 0 && OfEntities(subject, feature.Id).Count == 0 ? null : Of(subject, EffectiveControls.Of(subject, catalog), feature.Id, rows);
    }

    internal static Balance Of(Subject subject, EffectiveControls controls, FeatureId feature, List<Source> inOrder)
    {
        var sources = CollectionsMarshal.AsSpan(inOrder);
        if (!sources.IsEmpty && sources[0].Grant.Terms.Unlimited) return OfUnlimited(feature, sources);
        var balance = OfLimited(subject.Customer, feature, sources, OfEntities(subject, feature));
        return controls.IsNone || controls.Overage(feature) is not { } isAllowed ? balance : balance with { OverageAllowed = isAllowed };
    }

    internal static EntityTotals OfEntities(Subject subject, FeatureId feature) =>
        subject.Entity is null && !subject.Customer.Entities.IsEmpty ? subject.Customer.Entities.Own(feature) : default;

    private static Balance OfLimited(Customer customer, FeatureId feature, ReadOnlySpan<Source> sources, EntityTotals entities)
    {
        var rows = new Grant[sources.Length];
        var sum = new Sum();
        for (var i = 0; i < rows.Length; i++)
        {
            var grant = sources[i].Grant;
            var (row, portion) = Counted(customer, grant);
            sum.Add(rows[i] = row, portion);
        }

        var drawable = sum.Remaining;
        return new Balance(
            feature,
            Quantity.Total(sum.Granted + entities.Included + entities.Prepaid + entities.Adjustment + entities.Saved + entities.SavedUsed),
            Quantity.Total(drawable + entities.Balance + entities.Overage + entities.Saved),
            Quantity.Total(sum.Usage + entities.Included + entities.Prepaid + entities.Adjustment - entities.Balance + entities.SavedUsed),
            Unlimited: false,
            OverageAllowed: sum.GoesBelowZero || entities.UsageBased > 0,
            Purchasable(rows),
            sum.NextReset,
            ImmutableCollectionsMarshal.AsImmutableArray(rows))
        {
            Rollovers = sum.Saves ? [.. sum.Saved ?? []] : default,
            Drawable = Quantity.Total(drawable),
            IsDrawable = sum.Drawable > 0,
            DrawsBelowZero = sum.DrawsBelowZero,
            Usable = sum.BelowZero is { } below ? Quantity.Total(drawable + below) : null,
        };
    }

    /// <summary>The rows of a feature in the order they are drawn on, each with what it counts.</summary>
    internal static IEnumerable<(Source Source, Portion Portion)> Portions(Subject subject, Feature feature)
    {
        foreach (var source in DrawOrder.Rows(subject, feature))
        {
            var (row, portion) = Counted(subject.Customer, source.Grant);
            yield return (source with { Grant = row }, portion);
        }
    }

    private static (Grant Row, Portion Portion) Counted(Customer customer, Grant grant)
    {
        if (!grant.IsShared) return (grant, new Portion(grant.Balance.Value + grant.Overage.Value, grant.RoomBelowZero, 1));
        var shares = customer.Entities.Shares(grant.No);
        var row = Together(grant, shares);
        return (row, new Portion(row.Balance.Value + shares.Overage, grant.RoomBelowZero is null && shares.Count > 0 ? null : shares.Room, shares.Count));
    }

    // All shares of a grant as one row: what they have left each counts, whatever another is short of.
    private static Grant Together(Grant parent, EntityTotals shares) => parent with
    {
        Included = Quantity.Total(shares.Included),
        Prepaid = Quantity.Total(shares.Prepaid),
        Adjustment = Quantity.Total(shares.Adjustment),
        Balance = Quantity.Total(shares.Balance),
        Rollovers = shares.Saved + shares.SavedUsed > 0m ? [new RolledOver(1, Quantity.Total(shares.Saved), Quantity.Total(shares.SavedUsed), null)] : [],
    };

    private static Balance OfUnlimited(FeatureId feature, ReadOnlySpan<Source> sources)
    {
        var used = 0m;
        foreach (var source in sources)
        {
            if (source.Grant.Terms.Unlimited) used -= source.Grant.Balance.Value;
        }

        var usage = Quantity.Total(used);
        ImmutableArray<Grant> rows = [];
        if (!sources.IsEmpty)
        {
            var row = sources[0].Grant with
            {
                Included = Quantity.Zero, Prepaid = Quantity.Zero, Adjustment = Quantity.Zero, Balance = -usage, NextResetAt = null,
            };
            if (sources.Length > 1) row = row with { BalanceId = null, Subscription = null, Plan = null, ExpiresAt = null };
            rows = [row];
        }

        return new Balance(
            feature, Quantity.Zero, Quantity.Zero, usage, Unlimited: true, OverageAllowed: false, MaxPurchase: null, NextResetAt: null, rows);
    }

    // Bought units count against the limit of a prepaid grant. One priced grant without a limit lifts it for all.
    private static Quantity? Purchasable(Grant[] rows)
    {
        var (isPriced, sum) = (false, 0m);
        foreach (var row in rows)
        {
            if (row.Terms.Price is not { } price) continue;
            if (price.MaxPurchase is not { } most) return null;
            isPriced = true;
            sum += most.Value - row.Prepaid.Value;
        }

        return isPriced ? Quantity.Total(sum) : null;
    }

    private struct Sum()
    {
        public decimal Granted { get; private set; }

        public decimal Remaining { get; private set; }

        public decimal Usage { get; private set; }

        /// <summary>Grants that may be drawn on.</summary>
        public int Drawable { get; private set; }

        public bool GoesBelowZero { get; private set; }

        public bool DrawsBelowZero { get; private set; }

        /// <summary>How far below zero the rows may still go; null = without end.</summary>
        public decimal? BelowZero { get; private set; } = 0m;

        public Instant? NextReset { get; private set; }

        public bool Saves { get; private set; }

        public List<RolledOver>? Saved { get; private set; }

        public void Add(Grant row, Portion portion)
        {
            Granted += row.Granted.Value;
            Remaining += portion.Left;
            Usage += row.Usage.Value;
            NextReset = Holdings.Earlier(NextReset, row.NextResetAt);
            Drawable += portion.Shares;
            if (row.Terms.IsUsageBased)
            {
                GoesBelowZero = true;
                DrawsBelowZero |= portion.Shares > 0;
                BelowZero += portion.BelowZero;
            }

            Saves |= row.Terms.Rollover is not null;
            foreach (var rollover in row.Rollovers)
            {
                Granted += rollover.Balance.Value + rollover.Used.Value;
                Remaining += rollover.Balance.Value;
                Usage += rollover.Used.Value;
                (Saved ??= []).Add(rollover);
            }
        }
    }
}

/// <summary>What one row counts in a balance, its saved units apart.</summary>
/// <param name="Left">What may be used without overage.</param>
/// <param name="BelowZero">How far below zero its price still lets it go; null = without end.</param>
/// <param name="Shares">Grants it stands for: 1, or as many entities as have their part of it.</param>
internal readonly record struct Portion(decimal Left, decimal? BelowZero, int Shares);

/// <summary>All balances of a customer or an entity.</summary>
public static class Balances
{
    /// <summary>In the order first granted. Features that the catalog no longer knows are left out.</summary>
    public static ImmutableArray<Balance> All(Subject subject, Catalog catalog)
    {
        var balances = ImmutableArray.CreateBuilder<Balance>();
        var (rows, controls) = (DrawOrder.AllRows(subject, catalog), EffectiveControls.Of(subject, catalog));
        foreach (var (id, sources) in rows)
        {
            if (catalog.Feature(id) is { IsBoolean: false }) balances.Add(Balance.Of(subject, controls, id, sources));
        }

        if (subject.Entity is null)
        {
            foreach (var id in subject.Customer.Entities.OwnFeatures.Order())
            {
                if (!rows.ContainsKey(id) && catalog.Feature(id) is { IsBoolean: false }) balances.Add(Balance.Of(subject, controls, id, []));
            }
        }

        return balances.DrainToImmutable();
    }
}

/// <summary>The boolean features a customer or an entity holds.</summary>
public static class Flags
{
    /// <summary>The grant that holds it: the first granted; null when it is not held.</summary>
    public static Grant? Of(Subject subject, Feature feature) => !feature.IsBoolean ? null
        : First(subject.Customer.Grants, feature.Id) ?? (subject.Entity is { } entity ? First(entity.Own.Grants, feature.Id) : null);

    /// <summary>One grant for each, in the order first granted.</summary>
    public static ImmutableArray<Grant> All(Subject subject, Catalog catalog)
    {
        var flags = ImmutableArray.CreateBuilder<Grant>();
        foreach (var grant in subject.Entity is { } entity ? subject.Customer.Grants.AddRange(entity.Own.Grants) : subject.Customer.Grants)
        {
            if (catalog.Feature(grant.Feature) is { IsBoolean: true } feature && Of(subject, feature)!.No == grant.No) flags.Add(grant);
        }

        return flags.DrainToImmutable();
    }

    private static Grant? First(ImmutableArray<Grant> grants, FeatureId feature)
    {
        foreach (var grant in grants)
        {
            if (grant.Feature == feature) return grant;
        }

        return null;
    }
}
