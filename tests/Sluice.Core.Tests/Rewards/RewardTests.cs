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
    [InlineData("WINTER", 0, "", RefusalCode.RewardNotFound, "no such code")]
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

    [Fact]
    public void What_a_renewal_pays_from_credit_is_paid_too()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Refer(Program with { When = ReferralMoment.Paid });
        story.Run("attach pro_t\ncredit 30\nadvance 8d");
        Assert.True(Assert.Single(story.Stored.Billing.Referrals).Earned);
    }

    [Theory]
    [InlineData(ReferralMoment.Redeemed, true)]
    [InlineData(ReferralMoment.Paid, false)]
    public void A_referral_is_earned_at_once_where_nothing_has_to_be_paid(ReferralMoment when, bool isEarned)
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Refer(Program with { When = when });
        Assert.Equal(isEarned, Assert.Single(story.Stored.Billing.Referrals).Earned);
    }

    [Fact]
    public void A_discount_for_bringing_somebody_does_not_come_on_top_of_another()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Run("discount 20% once");
        story.Do(new Command.Redeem(Of("50% once") with { Id = "other" }, Code: null, 0));
        story.Run("attach pro\ninvoices: 16 paid");
        story.Do(new Command.Redeem(Of("50% once"), Code: null, 0));
        story.Run("advance 1mo\nadvance 1h\ninvoices: 16 paid, 10 paid");
    }

    [Fact]
    public void What_is_given_for_bringing_somebody_is_given_each_time_and_leaves_the_code_free()
    {
        var story = new BillingStory(Market, Clock.Moments);
        for (var time = 0; time < 3; time++) story.Do(new Command.Redeem(Of("credit 10"), Code: null, 0));
        story.Redeem(Of("credit 10"), "SPRING");
        story.Run("credit: 40");
        Assert.Equal(2, story.Stored.Billing.Redeemed.Length);
    }

    [Fact]
    public void Referrals_that_are_refused()
    {
        var story = new BillingStory(Market, Clock.Moments);
        Assert.Equal(RefusalCode.OwnCode, story.Refusal(new Command.Refer(Program, new CustomerKey(1), null, 0)));
        Assert.Equal(RefusalCode.ReferralLimitReached, story.Refusal(new Command.Refer(Program with { MostRedemptions = 2 }, new CustomerKey(9), null, 2)));
        story.Refer(Program);
        Assert.Equal(RefusalCode.AlreadyReferred, story.Refusal(new Command.Refer(Program, new CustomerKey(8), null, 0)));
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

    private static ReferralProgram Program => new("friends", "r", ReferralMoment.Redeemed, [], CountsTrials: false, MostRedemptions: null, ReferralReceiver.Both);

    // "50% once", "$5", "credit 30", "plan pro"
    private static Reward Of(string gift) => new("r", null, gift.Split(' ') switch
    {
        ["credit", var amount] => new Gift.InvoiceCredit(new Price(Shop.Number(amount))),
        ["plan", var plan] => new Gift.FreePlan(new PlanId(plan)),
        _ => new Gift.MoneyOff(BillingStory.Discount(gift)),
    }, [new PromoCode("SPRING")]);
}
