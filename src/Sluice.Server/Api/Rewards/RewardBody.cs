using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Rewards;

/// <summary>A reward as the API shows it, under what it is.</summary>
public sealed record RewardBody
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CouponBody? Coupon { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FeatureGrantBody? FeatureGrant { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FreeProductBody? FreeProduct { get; init; }

    internal static RewardBody Of(Reward reward) => reward.Gift switch
    {
        Gift.MoneyOff { Discount: var wish } => new RewardBody
        {
            Coupon = new CouponBody(
                reward.Id, reward.Name, TypeOf(wish.Discount), wish.Discount.Percent ?? wish.Discount.Amount ?? 0m, CouponDurationBody.Of(wish.Months),
                wish.Discount.Plans.IsEmpty ? null : [.. wish.Discount.Plans], CouponCodes(reward), reward.CreatedAt),
        },
        Gift.InvoiceCredit credit => new RewardBody
        {
            Coupon = new CouponBody(reward.Id, reward.Name, "invoice_credits", credit.Amount.Amount, CouponDurationBody.Of(0), null, CouponCodes(reward), reward.CreatedAt),
        },
        Gift.Units units => new RewardBody
        {
            FeatureGrant = new FeatureGrantBody(reward.Id, reward.Name, [.. units.Features.Select(GivenUnitsBody.Of)], Codes(reward), reward.CreatedAt),
        },
        Gift.FreePlan free => new RewardBody { FreeProduct = new FreeProductBody(reward.Id, reward.Name, free.Plan, Codes(reward), reward.CreatedAt) },
        _ => throw new InvariantViolation($"gift {reward.Gift.GetType().Name}"),
    };

    internal static string TypeOf(Discount discount) => discount.Percent is null ? "fixed_discount" : "percentage_discount";

    private static IReadOnlyList<CouponCodeBody> CouponCodes(Reward reward) => [.. reward.Codes.Select(static code => new CouponCodeBody(code.Code, code.MostUses, code.FirstTimeOnly))];

    private static IReadOnlyList<CodeBody> Codes(Reward reward) => [.. reward.Codes.Select(static code => new CodeBody(code.Code, code.MostUses, code.FirstTimeOnly ? true : null))];
}

public sealed record CouponBody(
    string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name, string Type, decimal Value, CouponDurationBody Duration, IReadOnlyList<PlanId>? PlanIds, IReadOnlyList<CouponCodeBody> PromoCodes, Instant CreatedAt);

/// <param name="Length">Null unless the type is months.</param>
public sealed record CouponDurationBody(string Type, int? Length)
{
    internal static CouponDurationBody Of(int? months) => months switch
    {
        null => new("forever", null),
        0 => new("one_off", null),
        var length => new("months", length),
    };
}

/// <param name="GlobalMaxRedemption">Null = no limit.</param>
public sealed record CouponCodeBody(string Code, int? GlobalMaxRedemption, bool FirstTimeTransaction);

public sealed record FeatureGrantBody(
    string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name, IReadOnlyList<GivenUnitsBody> Grants, IReadOnlyList<CodeBody> PromoCodes, Instant CreatedAt);

/// <param name="Included">Null for a flag.</param>
public sealed record GivenUnitsBody(FeatureId FeatureId, Quantity? Included, GivenForBody? Expiry)
{
    internal static GivenUnitsBody Of(GivenUnits given) => new(
        given.Feature, given.Amount.IsPositive ? given.Amount : null, given.Lasts is { } lasts ? new GivenForBody(RewardFields.Expiries.First(pair => pair.Value == lasts.Unit).Key, lasts.Count) : null);
}

public sealed record GivenForBody(string Type, int Length);

public sealed record FreeProductBody(string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name, PlanId PlanId, IReadOnlyList<CodeBody> PromoCodes, Instant CreatedAt);

public sealed record CodeBody(string Code, int? MaxUses, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? FirstTimeTransaction);

/// <param name="FreeProducts">Left out where there is none.</param>
public sealed record RewardsBody(
    IReadOnlyList<CouponBody> Coupons,
    IReadOnlyList<FeatureGrantBody> FeatureGrants,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FreeProductBody>? FreeProducts)
{
    internal static RewardsBody Of(RewardBook book)
    {
        var all = book.Rewards.Select(RewardBody.Of).ToList();
        var free = all.Select(static one => one.FreeProduct).OfType<FreeProductBody>().ToList();
        return new RewardsBody([.. all.Select(static one => one.Coupon).OfType<CouponBody>()], [.. all.Select(static one => one.FeatureGrant).OfType<FeatureGrantBody>()], free.Count > 0 ? free : null);
    }
}
