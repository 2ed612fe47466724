using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What must hold of rewards and programs before they are stored.</summary>
public static class RewardRules
{
    /// <param name="others">The scope's other rewards: a code is one reward's only.</param>
    public static Refusal? Check(Catalog catalog, Reward reward, IEnumerable<Reward> others)
    {
        if (Wording.CheckId(reward.Id, "id") is { } badId) return badId;
        if (reward.Codes.FirstOrDefault(static code => string.IsNullOrWhiteSpace(code.Code)) is not null) return Invalid("promo_codes: a code is empty.");
        if (reward.Codes.FirstOrDefault(static code => code.MostUses < 1) is { } unusable) return Invalid($"promo_codes: {unusable.Code} could never be used: max_uses is at least 1.");
        if (reward.Codes.GroupBy(static code => code.Code).FirstOrDefault(static group => group.Count() > 1) is { } twice) return Duplicate($"The code {twice.Key} stands twice.");
        foreach (var other in others)
        {
            if (other.Id == reward.Id) return new Refusal(RefusalCode.RewardExists, $"A reward with the id {reward.Id} exists already: choose another id.");
            if (reward.Codes.FirstOrDefault(code => other.Code(code.Code) is not null) is { } taken) return Duplicate($"The code {taken.Code} belongs to reward {other.Id} already: choose another.");
        }

        return Check(catalog, reward.Gift);
    }

    private static Refusal? Check(Catalog catalog, Gift gift)
    {
        switch (gift)
        {
            case Gift.MoneyOff { Discount: var wish }:
                if (wish.Discount.Percent is null == wish.Discount.Amount is null) return Invalid("A coupon takes off either a percentage or an amount.");
                if (wish.Discount.Percent is <= 0m or > 100m) return Invalid("A percentage lies above 0 and is at most 100.");
                if (wish.Discount.Amount is <= 0m or >= Rating.Most) return Invalid("An amount off lies above 0.");
                if (wish.Months < 0) return Invalid("A coupon lasts for at least a month, for one invoice or for ever.");
                return wish.Discount.Plans.FirstOrDefault(plan => catalog.Plan(plan) is null) is { Value: not null } unknown ? NoPlan(unknown) : null;
            case Gift.InvoiceCredit credit:
                return credit.Amount.Amount is <= 0m or >= Rating.Most ? Invalid("The credit lies above 0.") : null;
            case Gift.Units units:
                if (units.Features.IsEmpty) return Invalid("feature_grant names no feature.");
                foreach (var given in units.Features)
                {
                    if (catalog.Feature(given.Feature) is not { } feature) return new Refusal(RefusalCode.FeatureNotFound, $"Feature {given.Feature} does not exist.");
                    if (feature.IsBoolean == given.Amount.IsPositive) return Invalid(feature.IsBoolean ? $"Feature {feature.Id} is a flag: there is nothing to count." : $"The amount of {feature.Id} lies above 0.");
                }

                return null;
            case Gift.FreePlan free:
                return catalog.Plan(free.Plan) is null ? NoPlan(free.Plan) : null;
            default:
                throw new InvariantViolation($"gift {gift.GetType().Name}");
        }
    }

    private static Refusal NoPlan(PlanId plan) => new(RefusalCode.PlanNotFound, $"Plan {plan} does not exist.");

    private static Refusal Duplicate(string message) => new(RefusalCode.PromoCodeExists, message);

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidInputs, message);
}
