using System.Collections.Immutable;
using Sluice.Core.Tests.Billing;

namespace Sluice.Core.Tests.Rewards;

/// <summary>Rewards redeemed by code, and customers who bring customers.</summary>
public sealed class RewardTests
{
    private static readonly Catalog Market = Shop.Of();

    [Theory]
    [InlineData("50% once", "10 paid, 20 paid, 20 paid", "one invoice")]
    [InlineData("50% 2 months", "10 paid, 10 paid, 20 paid", "the invoices of two months")]
    [InlineData("50%", "10 paid, 10 paid, 10 paid", "for ever")]
    [InlineData("$5", "15 paid, 15 paid, 15 paid", "an amount")]
    [InlineData("credit 30", "20 paid, 20 paid, 20 paid", "credit pays and takes nothing off")]
    public void Money_off_is_for_invoices_to_come(string gift, string invoices, string because)
    {
        Assert.NotEmpty(because);
        var story = new BillingStory(Market, Clock.Moments);
        story.Redeem(Of(gift), "SPRING");
        story.Run($"attach pro\nadvance 2mo\nadvance 1h\ninvoices: {invoices}");
    }

    [Fact]
    public void Units_are_a_balance_by_themselves()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Redeem(new Reward("r", null, new Gift.Units([new GivenUnits(new FeatureId("messages"), Quantity.Of(40), Lasts: new Interval(IntervalUnit.Month))]), [new PromoCode("SPRING")]), "SPRING");
        story.Run("messages 40\nadvance 1mo\nmessages 0");
    }

    [Fact]
    public void A_plan_that_is_given_costs_nothing_and_asks_for_no_card()
    {
        var story = new BillingStory(Market, Clock.Moments, "none");
        story.Redeem(Of("plan pro"), "SPRING");
        story.Run("holds: pro\ninvoices: 0 paid\nadvance 1mo\nadvance 1h\nholds: pro\ninvoices: 0 paid, 0 paid");
    }

    [Fact]
    public void A_code_is_redeemed_once()
    {
        var story = new BillingStory(Market, Clock.Moments);
        var reward = Of("50%") with { Codes = [new PromoCode("SPRING"), new PromoCode("SUMMER")] };
        story.Redeem(reward, "SPRING");
        Assert.Equal(RefusalCode.InvalidRequest, story.Refusal(new Command.Redeem(reward, "SPRING", 1)));
        Assert.Equal(RefusalCode.InvalidRequest, story.Refusal(new Command.Redeem(reward, "SUMMER", 0)));
    }

    [Theory]
    [InlineData("WINTER", 0, "", RefusalCode.NotFound, "no such code")]
    [InlineData("FEW", 3, "", RefusalCode.InvalidRequest, "used up")]
    [InlineData("FIRST", 0, "attach pro", RefusalCode.FirstTimeOnly, "the customer has paid before")]
    public void Codes_that_are_refused(string code, int uses, string before, RefusalCode refusal, string because)
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Run(before);
        var reward = Of("50%") with { Codes = [new PromoCode("FEW", MostUses: 3), new PromoCode("FIRST", FirstTimeOnly: true)] };
        Assert.True(refusal == story.Refusal(new Command.Redeem(reward, code, uses)), because);
    }

    [Theory]
    [InlineData("attach free", false, "a free plan is not paid for")]
    [InlineData("attach addon", false, "another plan")]
    [InlineData("attach pro", true, "paid")]
    [InlineData("attach pro_t", false, "a trial does not count")]
    [InlineData("attach pro_t\nadvance 8d", true, "paid when the trial ended")]
    public void A_referral_is_earned_by_the_first_payment_for_a_plan_that_counts(string steps, bool isEarned, string because)
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Refer(Program with { When = ReferralMoment.Paid, Plans = [new PlanId("pro"), new PlanId("pro_t")] });
        story.Run(steps);
        Assert.True(Assert.Single(story.Stored.Billing.Referrals).Earned == isEarned, because);
    }

    [Fact]
    public void Where_trials_count_the_start_of_one_is_enough()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Refer(Program with { When = ReferralMoment.Paid, CountsTrials = true });
        story.Run("attach pro_t");
        Assert.True(Assert.Single(story.Stored.Billing.Referrals).Earned);
    }

    [Theory]
    [InlineData(ReferralReceiver.Both, "10")]
    [InlineData(ReferralReceiver.Referrer, "0")]
    public void Who_was_referred_is_given_the_reward_where_both_are(ReferralReceiver receiver, string credit)
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Refer(Program with { Receiver = receiver });
        story.Run($"credit: {credit}");
    }

    [Fact]
    public void Referrals_that_are_refused()
    {
        var story = new BillingStory(Market, Clock.Moments);
        Assert.Equal(RefusalCode.OwnCode, story.Refusal(new Command.Refer(Program, new CustomerKey(1), null, 0)));
        Assert.Equal(RefusalCode.ReferralLimitReached, story.Refusal(new Command.Refer(Program with { MostRedemptions = 2 }, new CustomerKey(9), null, 2)));
        story.Refer(Program);
        Assert.Equal(RefusalCode.InvalidRequest, story.Refusal(new Command.Refer(Program, new CustomerKey(8), null, 0)));
    }

    [Fact]
    public void The_same_fingerprint_is_the_same_person()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Do(new Command.ChangeProfile(profile => profile with { Fingerprint = "fp" }));
        Assert.Equal(RefusalCode.OwnCode, story.Refusal(new Command.Refer(Program, new CustomerKey(9), "fp", 0)));
    }

    [Theory]
    [InlineData("120%", RefusalCode.InvalidInputs)]
    [InlineData("$0", RefusalCode.InvalidInputs)]
    [InlineData("credit 0", RefusalCode.InvalidInputs)]
    [InlineData("plan nope", RefusalCode.PlanNotFound)]
    [InlineData("50%", null)]
    public void Rewards_that_may_be_stored(string gift, RefusalCode? refusal) => Assert.Equal(refusal, RewardRules.Check(Market, Of(gift), [])?.Code);

    [Fact]
    public void Ids_and_codes_are_one_rewards_only()
    {
        Assert.Equal(RefusalCode.RewardExists, RewardRules.Check(Market, Of("50%"), [Of("20%")])?.Code);
        Assert.Equal(RefusalCode.PromoCodeExists, RewardRules.Check(Market, Of("50%") with { Id = "other" }, [Of("20%")])?.Code);
    }

    private static ReferralProgram Program => new("friends", Of("credit 10"), ReferralMoment.Redeemed, [], CountsTrials: false, MostRedemptions: null, ReferralReceiver.Both);

    // "50% once", "$5", "credit 30", "plan pro"
    private static Reward Of(string gift) => new("r", null, gift.Split(' ') switch
    {
        ["credit", var amount] => new Gift.InvoiceCredit(new Price(Shop.Number(amount))),
        ["plan", var plan] => new Gift.FreePlan(new PlanId(plan)),
        _ => new Gift.MoneyOff(BillingStory.Discount(gift)),
    }, [new PromoCode("SPRING")]);
}
