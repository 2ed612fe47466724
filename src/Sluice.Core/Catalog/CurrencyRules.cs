namespace Sluice.Core;

/// <summary>Prices in further currencies: what makes them valid, and which of them counts.</summary>
internal static class CurrencyRules
{
    /// <summary>What must hold of a plan's prices in further currencies.</summary>
    /// <param name="own">The currency of the prices themselves.</param>
    public static Refusal? Check(Plan plan, Currency own)
    {
        if (plan.Price is { OtherCurrencies: { } others } && (Check(others, own) ?? CheckBase(others)) is { } badBase) return badBase.Of("price.additional_currencies");
        for (var at = 0; at < plan.Items.Length; at++)
        {
            if (plan.Items[at].Price is not { } price) continue;
            if (price.OtherCurrencies is { } ofPrice && Check(ofPrice, own) is { } bad) return bad.Of($"items[{at}].price.additional_currencies");
            foreach (var tier in price.Tiers)
            {
                if (tier.OtherCurrencies is { } ofTier && Check(ofTier, own) is { } badTier) return badTier.Of($"items[{at}].price.tiers: additional_currencies");
            }
        }

        return null;
    }

    /// <summary>True when it cannot be charged in that currency.</summary>
    /// <param name="own">The currency of the price itself.</param>
    public static bool Lacks(PlanPrice? price, Currency currency, Currency own) => price is not null && currency != own && price.OtherCurrencies?.In(currency)?.Amount is null;

    /// <inheritdoc cref="Lacks(PlanPrice, Currency, Currency)"/>
    public static bool Lacks(ItemPrice? price, Currency currency, Currency own) => price is not null && currency != own && (price.Tiers.IsEmpty
        ? price.OtherCurrencies?.In(currency)?.Amount is null
        : price.Tiers.Any(tier => IsSilent(tier.Amount, tier.OtherCurrencies?.In(currency)?.Amount) || IsSilent(tier.FlatAmount, tier.OtherCurrencies?.In(currency)?.FlatAmount)));

    /// <inheritdoc cref="Lacks(PlanPrice, Currency, Currency)"/>
    public static bool Lacks(Plan plan, Currency currency, Currency own) => Lacks(plan.Price, currency, own) || plan.Items.Any(item => Lacks(item.Price, currency, own));

    public static Refusal NoPrice(PlanId plan, Currency currency) =>
        new(RefusalCode.CurrencyMismatch, $"Plan {plan} has no price in {currency}: add one to its additional_currencies, or take another plan.");

    // Nothing is nothing in every currency.
    private static bool IsSilent(Price? price, Price? other) => price is { Amount: not 0m } && other is null;

    private static Refusal? Check(CurrencyPrices prices, Currency own)
    {
        foreach (var price in prices.All)
        {
            if (!price.Currency.IsKnown) return Refuse($"{price.Currency} is no currency that can be charged: use one such as eur.");
            if (price.Currency == own) return Refuse($"{own} is the currency of the price itself: leave it out.");
            if (prices.All.Count(other => other.Currency == price.Currency) > 1) return Refuse($"{price.Currency} is there twice: keep one.");
            if (price.Amount is { Amount: < 0m } || price.FlatAmount is { Amount: < 0m }) return Refuse($"the price in {price.Currency} is negative.");
        }

        return null;
    }

    private static Refusal? CheckBase(CurrencyPrices prices)
    {
        foreach (var (currency, amount, _) in prices.All)
        {
            var decimals = Math.Min(2, currency.Decimals);
            if (amount is { } price && decimal.Round(price.Amount, decimals) != price.Amount) return Refuse($"{price} {currency} has more than {decimals} decimals.");
        }

        return null;
    }

    private static Refusal Refuse(string message) => new(RefusalCode.InvalidInputs, message);
}
