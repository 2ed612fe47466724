using System.Collections.Immutable;
using Sluice.Core.Tests.Billing;

namespace Sluice.Core.Tests.Rewards;

/// <summary>Rewards and programs as a part of the catalog.</summary>
public sealed class RewardRulesTests
{
    private static readonly Instant Now = BillingStory.Start;

    [Fact]
    public void Ids_and_codes_are_one_rewards_only()
    {
        var catalog = Accepted(RewardRules.Create(At(Shop.Of()), Coupon("spring", "SPRING")));
        Assert.Equal("spring", catalog.Rewards.OfCode("SPRING")?.Id);
        Assert.Equal(RefusalCode.RewardExists, Refused(RewardRules.Create(At(catalog), Coupon("spring", "OTHER"))));
        Assert.Equal(RefusalCode.PromoCodeExists, Refused(RewardRules.Create(At(catalog), Coupon("other", "SPRING"))));
        Assert.Equal(RefusalCode.PromoCodeExists, Refused(RewardRules.Create(At(catalog), Coupon("other", "A", "A"))));
    }

    [Fact]
    public void A_change_that_changes_nothing_is_no_edit()
    {
        var catalog = Accepted(RewardRules.Create(At(Shop.Of()), Coupon("spring", "SPRING")));
        var same = Assert.IsType<CatalogDecision.Accepted>(RewardRules.Update(At(catalog), "spring", _ => Coupon("spring", "SPRING")));
        Assert.True(same.Edit.IsEmpty);
        Assert.Null(Accepted(RewardRules.Update(At(catalog), "spring", before => before with { Codes = [] })).Rewards.OfCode("SPRING"));
    }

    [Fact]
    public void What_is_named_stays_until_nothing_names_it()
    {
        var catalog = Accepted(RewardRules.Create(At(Shop.Of()), Coupon("spring", "SPRING")));
        Assert.Equal(RefusalCode.RewardNotFound, Refused(RewardRules.Create(At(catalog), Program("friends", "nothing"))));
        catalog = Accepted(RewardRules.Create(At(catalog), Program("friends", "spring", "pro")));
        Assert.Equal(RefusalCode.Conflict, Refused(RewardRules.Delete(At(catalog), "spring")));
        Assert.Equal(RefusalCode.Conflict, Refused(PlanRules.Delete(At(catalog), new DeletePlan(new PlanId("pro")), PlanUse.None)));
        Assert.Equal(RefusalCode.Conflict, Refused(RewardRules.Create(At(catalog), Program("friends", "spring"))));
        catalog = Accepted(RewardRules.DeleteProgram(At(catalog), "friends"));
        Assert.Empty(Accepted(RewardRules.Delete(At(catalog), "spring")).Rewards.Rewards);
    }

    [Theory]
    [InlineData("r", "spring created, friends created", "")]
    [InlineData("same", "spring none, friends none", "spring, friends")]
    [InlineData("nothing", "spring deleted, friends deleted", "spring, friends")]
    [InlineData("nothing, keep", "", "spring, friends")]
    [InlineData("unsaid", "", "spring, friends")]
    [InlineData("code moves", "summer created, spring deleted, friends updated", "spring, friends")]
    public void A_push_brings_rewards_to_what_it_names(string push, string changes, string before)
    {
        var catalog = Shop.Of();
        if (before != "")
        {
            catalog = Accepted(RewardRules.Create(At(catalog), Coupon("spring", "SPRING")));
            catalog = Accepted(RewardRules.Create(At(catalog), new Reward("free", null, new Gift.FreePlan(new PlanId("pro")), [])));
            catalog = Accepted(RewardRules.Create(At(catalog), Program("friends", "spring")));
        }

        var wanted = new CatalogPush([], [], KeepOthers: push.EndsWith("keep", StringComparison.Ordinal), [.. catalog.Features.Select(feature => feature.Id)], [.. catalog.LatestPlans.Select(plan => plan.Id)]);
        wanted = push.Split(',')[0] switch
        {
            "unsaid" => wanted,
            "nothing" => wanted with { Rewards = [], Programs = [] },
            "code moves" => wanted with { Rewards = [Coupon("summer", "SPRING")], Programs = [Program("friends", "summer")] },
            _ => wanted with { Rewards = [Coupon("spring", "SPRING")], Programs = [Program("friends", "spring")] },
        };
        var outcome = PushRules.Decide(At(catalog), wanted, new CatalogInUse(ImmutableDictionary<FeatureId, FeatureUse>.Empty, ImmutableDictionary<PlanId, PlanUse>.Empty));
        Assert.Equal(changes, string.Join(", ", outcome.Rewards.Concat(outcome.Programs).Select(one => $"{one.Id} {Said(one.Action)}")));
        var after = Accepted(outcome.Decision);
        Assert.Equal(before != "", after.Rewards.Reward("free") is not null);
        Assert.Equal(push is "nothing" ? null : push == "code moves" ? "summer" : "spring", after.Rewards.OfCode("SPRING")?.Id);
    }

    private static string Said(PushAction action) => action switch
    {
        PushAction.Create => "created",
        PushAction.Update => "updated",
        PushAction.Remove => "deleted",
        _ => "none",
    };

    private static CatalogContext At(Catalog catalog) => new(catalog, new TermsId(1_000), Now);

    private static Catalog Accepted(CatalogDecision decision) => decision is CatalogDecision.Refused refused ? throw new Xunit.Sdk.XunitException(refused.Refusal.Message) : ((CatalogDecision.Accepted)decision).After;

    private static RefusalCode Refused(CatalogDecision decision) => Assert.IsType<CatalogDecision.Refused>(decision).Refusal.Code;

    private static Reward Coupon(string id, params string[] codes) =>
        new(id, null, new Gift.MoneyOff(new DiscountWish(new Discount(id, 20m, null, [new PlanId("pro")]), 3)), [.. codes.Select(code => new PromoCode(code))]);

    private static ReferralProgram Program(string id, string reward, params string[] plans) =>
        new(id, reward, ReferralMoment.Paid, [.. plans.Select(plan => new PlanId(plan))], CountsTrials: true, 5, ReferralReceiver.Both);
}
