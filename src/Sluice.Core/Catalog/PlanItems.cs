using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Plan items: what is sent is checked, then brought into one form that means the same.</summary>
public static class PlanItems
{
    private const decimal MostIncluded = 10_000_000_000_000m;

    /// <summary>The terms of the items in the order sent, still without ids; or the first refusal, with the item named.</summary>
    internal static (ImmutableArray<ItemTerms> Items, Refusal? Refusal) Make(Catalog catalog, ImmutableArray<ItemDraft> drafts)
    {
        var items = ImmutableArray.CreateBuilder<ItemTerms>();
        for (var at = 0; at < drafts.Length; at++)
        {
            if (Check(catalog, drafts[at]) is { } refusal) return ([], refusal.Of($"items[{at}]"));
            items.Add(Normal(Terms(drafts[at]), catalog.Feature(drafts[at].Feature)!));
        }

        var made = items.DrainToImmutable();
        return CheckTwice(made) is { } twice ? ([], twice) : (made, null);
    }

    /// <summary>
    /// The one form of an item. A flag and an unlimited item count nothing and never reset; what is held (seats) never
    /// resets; what is used up resets with its price, or else is granted once.
    /// </summary>
    internal static ItemTerms Normal(ItemTerms item, Feature feature)
    {
        if (feature.IsBoolean) return item with { Included = Quantity.Zero, Unlimited = false, Reset = null, Rollover = null };
        if (item.Unlimited) return item with { Included = Quantity.Zero, Reset = null, Rollover = null };
        if (!feature.Consumable) return item with { Reset = null, Rollover = null };
        return item with { Reset = item.Reset ?? item.Price?.Interval ?? Interval.OneOff };
    }

    /// <summary>The same feature may come twice only with another interval or another way to pay (free, prepaid, usage-based).</summary>
    internal static Refusal? CheckTwice(ImmutableArray<ItemTerms> items) => items
        .GroupBy(item => (item.Feature, item.EntityFeature, Interval: item.Reset ?? item.Price?.Interval, item.Price?.Method))
        .Where(group => group.Count() > 1)
        .Select(group => Refuse($"feature {group.Key.Feature} stands twice with the same interval and the same way to pay: join the two items."))
        .FirstOrDefault();

    private static ItemTerms Terms(ItemDraft draft) => new(
        TermsId.None,
        draft.Feature,
        draft.Included ?? Quantity.Zero,
        draft.Unlimited,
        draft.Reset,
        draft.Price is { } price ? ItemPrices.Normal(price) : null,
        draft.Rollover?.ToRollover(),
        draft.Pooled,
        draft.EntityFeature,
        draft.Proration is { OnIncrease: null, OnDecrease: null } ? null : draft.Proration,
        Wording.NullWhenEmpty(draft.Later));

    private static Refusal? Check(Catalog catalog, ItemDraft draft)
    {
        if (catalog.Feature(draft.Feature) is not { } feature)
            return new Refusal(RefusalCode.FeatureNotFound, $"feature {draft.Feature} does not exist: create it first.");
        if (draft.Included is { IsNegative: true }) return Refuse("included is negative: 0 is the least.");
        if (draft.Included is { } included && included.Value > MostIncluded) return Refuse($"included is more than {MostIncluded:0}: use unlimited instead.");
        if (draft.Reset is { Count: < 1 }) return Refuse("reset.interval_count is less than 1.");
        return (draft.Price is { } price ? ItemPrices.Check(draft, price, feature) : null)
            ?? CheckProration(draft, feature)
            ?? CheckRollover(draft.Rollover, feature)
            ?? CheckEntityFeature(catalog, draft);
    }

    private static Refusal? CheckProration(ItemDraft draft, Feature feature)
    {
        if (draft.Proration is not { } proration) return null;
        if (draft is { ProratesSeats: true, Price.Method: BillingMethod.UsageBased } && !feature.Consumable) return null;
        if (draft.Price?.Method != BillingMethod.Prepaid)
            return Refuse("proration is for prepaid items only, because only they are paid before use: leave it out.");
        return proration.OnIncrease == OnIncrease.BillImmediately
            ? Refuse("proration.on_increase cannot be bill_immediately on a prepaid item: use prorate_immediately.")
            : null;
    }

    /// <summary>Of a plan's item, or of a balance that comes with no plan.</summary>
    public static Refusal? CheckRollover(RolloverDraft? rollover, Feature feature)
    {
        if (rollover is null) return null;
        if (feature is { Type: FeatureType.Metered, Consumable: false })
            return Refuse($"feature {feature.Id} is held, not used up, so nothing of it can roll over: leave rollover out.");
        if (rollover is { Max: not null, MaxPercentage: not null }) return Refuse("rollover has both max and max_percentage: keep one of them.");
        if (rollover.Max is { IsNegative: true }) return Refuse("rollover.max is negative.");
        if (rollover.MaxPercentage is { } percentage && percentage.Value is < 0m or > 100m) return Refuse("rollover.max_percentage is not between 0 and 100.");
        return rollover.Length < 1 ? Refuse("rollover.expiry_duration_length is less than 1.") : null;
    }

    private static Refusal? CheckEntityFeature(Catalog catalog, ItemDraft draft)
    {
        if (draft.EntityFeature is not { } id) return null;
        return catalog.Feature(id) switch
        {
            null => new Refusal(RefusalCode.FeatureNotFound, $"feature {id} (entity_feature_id) does not exist: create it first."),
            { Type: FeatureType.Metered, Consumable: false } => null,
            _ => Refuse($"entity_feature_id {id} is not a metered feature with consumable false: entities are counted by what is held, like seats."),
        };
    }

    private static Refusal Refuse(string message) => new(RefusalCode.InvalidInputs, message);
}
