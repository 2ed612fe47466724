using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Server.Api.Rewards;

/// <summary>A reward as callers send it: exactly one of coupon, feature_grant and free_product.</summary>
internal static class RewardFields
{
    public static readonly FrozenDictionary<string, IntervalUnit> Expiries = new Dictionary<string, IntervalUnit>
    {
        ["day"] = IntervalUnit.Day, ["week"] = IntervalUnit.Week, ["month"] = IntervalUnit.Month, ["year"] = IntervalUnit.Year,
    }.ToFrozenDictionary();

    private const int MostUses = int.MaxValue;

    private static readonly string[] Kinds = ["coupon", "feature_grant", "free_product"];

    private static readonly FrozenDictionary<string, CouponType> Types = new Dictionary<string, CouponType>
    {
        ["percentage_discount"] = CouponType.Percentage, ["fixed_discount"] = CouponType.Fixed, ["invoice_credits"] = CouponType.Credit,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, CouponDuration> Durations = new Dictionary<string, CouponDuration>
    {
        ["one_off"] = CouponDuration.OneOff, ["months"] = CouponDuration.Months, ["forever"] = CouponDuration.Forever,
    }.ToFrozenDictionary();

    private enum CouponType
    {
        Percentage,
        Fixed,
        Credit,
    }

    private enum CouponDuration
    {
        OneOff,
        Months,
        Forever,
    }

    public static Reward Create(Body body)
    {
        var (kind, sent) = Kind(body);
        var id = sent.RequiredText("id");
        sent.Later("internal_id");
        var gift = kind switch
        {
            "coupon" => Coupon(sent, id),
            "feature_grant" => new Gift.Units(Units(sent)),
            _ => new Gift.FreePlan(new PlanId(sent.RequiredText("plan_id"))),
        };
        return new Reward(id, sent.Text("name", minLength: 1), gift, Codes(sent, kind) ?? []);
    }

    /// <summary>What a change makes of a reward; fields that are left out stay.</summary>
    public static Func<Reward, Reward> Update(Call call, Body body, string id)
    {
        var (kind, sent) = Kind(body);
        var (name, codes) = (sent.Text("name", minLength: 1), Codes(sent, kind));
        ImmutableArray<PlanId>? plans = kind == "coupon" && sent.IsSent("plan_ids") ? Plans(sent) : null;
        ImmutableArray<GivenUnits>? units = kind == "feature_grant" && sent.Has("grants") ? Units(sent) : null;
        if (call.Catalog.Rewards.Reward(id) is { } there && KindOf(there) != kind) body.Refuse(new Refusal(RefusalCode.InvalidRequest, $"Reward {id} is a {KindOf(there)}: send that, not {kind}."));
        return before => before with
        {
            Name = name ?? before.Name,
            Codes = codes ?? before.Codes,
            Gift = before.Gift switch
            {
                Gift.MoneyOff off when plans is { } some => new Gift.MoneyOff(off.Discount with { Discount = off.Discount.Discount with { Plans = some } }),
                Gift.Units when units is { } some => new Gift.Units(some),
                var gift => gift,
            },
        };
    }

    private static string KindOf(Reward reward) => reward.Gift switch
    {
        Gift.Units => "feature_grant",
        Gift.FreePlan => "free_product",
        _ => "coupon",
    };

    private static (string Kind, Body Sent) Kind(Body body)
    {
        var named = Kinds.Where(body.Has).ToList();
        if (named.Count == 1 && body.Object(named[0]) is { } sent) return (named[0], sent);
        if (named.Count != 1) body.Fault(null, "send exactly one of coupon, feature_grant and free_product");
        return ("coupon", body);
    }

    private static Gift Coupon(Body sent, string id)
    {
        var (type, value) = (sent.Choice("type", Types, required: true), sent.Number("value", required: true) ?? 0m);
        var months = Months(sent);
        var plans = Plans(sent);
        if (type != CouponType.Credit) return new Gift.MoneyOff(new DiscountWish(new Discount(id, type == CouponType.Fixed ? null : value, type == CouponType.Fixed ? value : null, plans), months));
        if (months != 0) sent.Fault("duration", "credit is given once: send one_off");
        if (!plans.IsEmpty) sent.Fault("plan_ids", "credit pays any invoice: send null");
        return new Gift.InvoiceCredit(new Price(value));
    }

    // 0 = one invoice, null = for ever.
    private static int? Months(Body sent)
    {
        if (sent.Object("duration", required: true) is not { } duration) return 0;
        var type = duration.Choice("type", Durations, required: true);
        var length = duration.Has("length") ? duration.WholeNumber("length", min: 1) : null;
        if (type == CouponDuration.Months && length is null && !duration.Has("length")) duration.Fault("length", "say how many months");
        if (type != CouponDuration.Months && length is not null) duration.Fault("length", "is for months only: send null");
        return type switch
        {
            CouponDuration.Months => length ?? 1,
            CouponDuration.Forever => null,
            _ => 0,
        };
    }

    private static ImmutableArray<PlanId> Plans(Body sent) => sent.Has("plan_ids") ? [.. (sent.Texts("plan_ids") ?? []).Distinct().Select(static id => new PlanId(id))] : [];

    private static ImmutableArray<GivenUnits> Units(Body sent) =>
    [
        .. (sent.Objects("grants") ?? []).Select(static grant => new GivenUnits(
            new FeatureId(grant.RequiredText("feature_id")), grant.Quantity("included", nullable: true, min: 0) ?? Quantity.Zero, Reset: null, Expiry(grant))),
    ];

    private static Interval? Expiry(Body grant)
    {
        if (grant.Object("expiry", nullable: true) is not { } expiry) return null;
        var (unit, length) = (expiry.Choice("type", Expiries, required: true), expiry.WholeNumber("length", min: 1, max: 1_000, required: true));
        return unit is { } one && length is { } many ? new Interval(one, many) : null;
    }

    // The limit goes by another name in each.
    private static ImmutableArray<PromoCode>? Codes(Body sent, string kind)
    {
        var limit = kind == "coupon" ? "global_max_redemption" : "max_uses";
        return sent.Objects("promo_codes") is not { } codes ? null
            : [.. codes.Select(code => new PromoCode(
                code.RequiredText("code"),
                code.Has(limit) ? code.WholeNumber(limit, min: 1, max: MostUses) : null,
                code.Has("first_time_transaction") && code.Flag("first_time_transaction", otherwise: false)))];
    }
}
