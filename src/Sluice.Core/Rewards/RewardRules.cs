using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>How rewards and programs are created, changed and deleted. An edit changes nothing that was given.</summary>
public static class RewardRules
{
    public static CatalogDecision Create(CatalogContext context, Reward reward)
    {
        if (context.Catalog.Rewards.Reward(reward.Id) is not null) return new Refusal(RefusalCode.RewardExists, $"A reward with the id {reward.Id} exists already: choose another id.");
        return Put(context.Catalog, reward with { CreatedAt = context.Now });
    }

    /// <param name="change">What the reward shall be.</param>
    public static CatalogDecision Update(CatalogContext context, string id, Func<Reward, Reward> change)
    {
        if (context.Catalog.Rewards.Reward(id) is not { } before) return NoReward(id);
        var after = change(before);
        return after.IsSame(before) ? new CatalogDecision.Accepted(new CatalogEdit(), context.Catalog) : Put(context.Catalog, after);
    }

    public static CatalogDecision Delete(CatalogContext context, string id)
    {
        if (context.Catalog.Rewards.Reward(id) is null) return NoReward(id);
        return CatalogDecision.Accept(context.Catalog, new CatalogEdit { DropRewards = [id] });
    }

    public static CatalogDecision Create(CatalogContext context, ReferralProgram program)
    {
        if (context.Catalog.Rewards.Program(program.Id) is not null)
            return new Refusal(RefusalCode.Conflict, $"A referral program with the id {program.Id} exists already: choose another id.");
        return Put(context.Catalog, program with { CreatedAt = context.Now });
    }

    /// <param name="change">What the program shall be.</param>
    public static CatalogDecision UpdateProgram(CatalogContext context, string id, Func<ReferralProgram, ReferralProgram> change)
    {
        if (context.Catalog.Rewards.Program(id) is not { } before) return NoProgram(id);
        var after = change(before);
        return after.IsSame(before) ? new CatalogDecision.Accepted(new CatalogEdit(), context.Catalog) : Put(context.Catalog, after);
    }

    public static CatalogDecision DeleteProgram(CatalogContext context, string id)
    {
        if (context.Catalog.Rewards.Program(id) is null) return NoProgram(id);
        return CatalogDecision.Accept(context.Catalog, new CatalogEdit { DropPrograms = [id] });
    }

    public static Refusal NoReward(string id) => new(RefusalCode.RewardNotFound, $"There is no reward {id}: rewards.list shows those there are.");

    public static Refusal NoCode(string code) => new(RefusalCode.RewardNotFound, $"There is no promo code {code}.");

    public static Refusal NoProgram(string id) => new(RefusalCode.ProgramNotFound, $"There is no referral program {id}: referral_programs.list shows those there are.");

    /// <summary>What must hold of all rewards and programs of a catalog: what they name exists, and a code is one reward's only.</summary>
    internal static Refusal? Check(Catalog catalog, RewardBook book)
    {
        foreach (var reward in book.Rewards)
        {
            if (Missing(catalog, reward) is { } missing) return missing;
        }

        foreach (var program in book.Programs)
        {
            if (book.Reward(program.Reward) is null) return new Refusal(RefusalCode.Conflict, $"Referral program {program.Id} gives reward {program.Reward}: change or delete the program first.");
            if (program.Plans.FirstOrDefault(plan => catalog.Plan(plan) is null) is { Value: not null } gone)
                return new Refusal(RefusalCode.Conflict, $"Referral program {program.Id} names plan {gone}, which would not be there: change the program first.");
        }

        return null;
    }

    /// <param name="others">The scope's rewards; the one of the same id does not count.</param>
    internal static Refusal? Check(Catalog catalog, Reward reward, IEnumerable<Reward> others)
    {
        if (Wording.CheckId(reward.Id, "id") is { } badId) return badId;
        if (reward.Name is not null && Wording.CheckName(reward.Name) is { } badName) return badName;
        if (reward.Codes.FirstOrDefault(static code => string.IsNullOrWhiteSpace(code.Code) || code.Code != code.Code.Trim()) is { } blank) return Invalid($"promo_codes: \"{blank.Code}\" is empty or begins or ends with a space.");
        if (reward.Codes.FirstOrDefault(static code => code.MostUses < 1) is { } unusable) return Invalid($"promo_codes: {unusable.Code} could never be used: it can be redeemed at least once.");
        if (reward.Codes.GroupBy(static code => code.Code).FirstOrDefault(static group => group.Count() > 1) is { } twice) return Duplicate($"The code {twice.Key} stands twice.");
        foreach (var other in others.Where(other => other.Id != reward.Id))
        {
            if (reward.Codes.FirstOrDefault(code => other.Code(code.Code) is not null) is { } taken) return Duplicate($"The code {taken.Code} belongs to reward {other.Id} already: choose another.");
        }

        return Check(catalog, reward.Gift);
    }

    internal static Refusal? Check(Catalog catalog, RewardBook book, ReferralProgram program)
    {
        if (Wording.CheckId(program.Id, "id") is { } badId) return badId;
        if (book.Reward(program.Reward) is null) return NoReward(program.Reward);
        if (program.MostRedemptions < 1) return Invalid("max_redemptions is at least 1: leave it out where there is no limit.");
        return program.Plans.FirstOrDefault(plan => catalog.Plan(plan) is null) is { Value: not null } unknown ? NoPlan(unknown) : null;
    }

    private static CatalogDecision Put(Catalog catalog, Reward reward) =>
        Check(catalog, reward, catalog.Rewards.Rewards) is { } refusal ? refusal : CatalogDecision.Accept(catalog, new CatalogEdit { PutRewards = [reward] });

    private static CatalogDecision Put(Catalog catalog, ReferralProgram program) =>
        Check(catalog, catalog.Rewards, program) is { } refusal ? refusal : CatalogDecision.Accept(catalog, new CatalogEdit { PutPrograms = [program] });

    private static Refusal? Missing(Catalog catalog, Reward reward)
    {
        var (plans, features) = reward.Gift switch
        {
            Gift.MoneyOff off => (off.Discount.Discount.Plans, []),
            Gift.FreePlan free => ([free.Plan], []),
            Gift.Units units => (ImmutableArray<PlanId>.Empty, units.Features.Select(static given => given.Feature).ToImmutableArray()),
            _ => ([], []),
        };
        if (plans.FirstOrDefault(plan => catalog.Plan(plan) is null) is { Value: not null } plan) return Named($"plan {plan}");
        return features.FirstOrDefault(feature => catalog.Feature(feature) is null) is { Value: not null } feature ? Named($"feature {feature}") : null;

        Refusal Named(string what) => new(RefusalCode.Conflict, $"Reward {reward.Id} names {what}, which would not be there: change or delete the reward first.");
    }

    private static Refusal? Check(Catalog catalog, Gift gift)
    {
        switch (gift)
        {
            case Gift.MoneyOff { Discount: var wish }:
                if (wish.Discount.Percent is null == wish.Discount.Amount is null) return Invalid("A coupon takes off either a percentage or an amount.");
                if (wish.Discount.Percent is <= 0m or > 100m) return Invalid("value: a percentage lies above 0 and is at most 100.");
                if (wish.Discount.Amount is <= 0m or >= Rating.Most) return Invalid("value: an amount off lies above 0 and is no more than can be charged.");
                if (wish.Months is < 0 or > MostMonths) return Invalid($"duration: a coupon lasts for 1 to {MostMonths} months, for one invoice or for ever.");
                return wish.Discount.Plans.FirstOrDefault(plan => catalog.Plan(plan) is null) is { Value: not null } unknown ? NoPlan(unknown) : null;
            case Gift.InvoiceCredit credit:
                return credit.Amount.Amount is <= 0m or >= Rating.Most ? Invalid("value: the credit lies above 0 and is no more than can be charged.") : null;
            case Gift.Units units:
                if (units.Features.IsEmpty) return Invalid("grants: name one feature or more.");
                if (units.Features.GroupBy(static given => given.Feature).FirstOrDefault(static group => group.Count() > 1) is { } twice) return Invalid($"grants: {twice.Key} is named twice.");
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

    // A hundred years.
    private const int MostMonths = 1_200;

    private static Refusal NoPlan(PlanId plan) => new(RefusalCode.PlanNotFound, $"Plan {plan} does not exist.");

    private static Refusal Duplicate(string message) => new(RefusalCode.PromoCodeExists, message);

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidInputs, message);
}
