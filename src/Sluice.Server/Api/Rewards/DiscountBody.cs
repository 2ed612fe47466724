using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Rewards;

/// <summary>The discounts that hold for invoices of a customer to come.</summary>
public sealed record CustomerRewardsBody(IReadOnlyList<DiscountBody> Discounts)
{
    internal static CustomerRewardsBody Of(View view, Customer customer) =>
        new([.. customer.Billing.Discounts.Where(standing => !(standing.EndsAt <= view.NowOf(customer))).Select(standing => DiscountBody.Of(view, customer, standing))]);
}

/// <param name="DurationValue">Months, as the reward says today; null where it is gone or there are none.</param>
/// <param name="End">Invoices from then on are without it.</param>
/// <param name="SubscriptionId">It holds for the billing cycle of that plan only.</param>
public sealed record DiscountBody(
    string Id,
    string Name,
    string Type,
    decimal DiscountValue,
    string DurationType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? DurationValue,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Currency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? End,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SubscriptionId)
{
    internal static DiscountBody Of(View view, Customer customer, StandingDiscount standing)
    {
        var discount = standing.Discount;
        var reward = view.Catalog.Rewards.Reward(discount.Id);
        var held = standing.Cycle is { } cycle ? Cycles.Held(customer).FirstOrDefault(one => one.Cycle == cycle) : null;
        return new DiscountBody(
            discount.Id,
            reward?.Name ?? discount.Id,
            RewardBody.TypeOf(discount),
            discount.Percent ?? discount.Amount ?? 0m,
            standing.Once ? "one_off" : standing.EndsAt is null ? "forever" : "months",
            standing.EndsAt is not null && reward?.Gift is Gift.MoneyOff { Discount.Months: > 0 and var months } ? months : null,
            discount.Percent is null ? customer.Billing.CurrencyIn(view.Catalog).Code : null,
            standing.EndsAt,
            held is null ? null : held.CallerId ?? PublicIds.Of(customer.Key, held.No));
    }
}
