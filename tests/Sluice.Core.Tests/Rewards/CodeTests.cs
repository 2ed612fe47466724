using System.Collections.Immutable;
using Sluice.Core.Tests.Billing;

namespace Sluice.Core.Tests.Rewards;

/// <summary>Promo codes typed in with a purchase.</summary>
public sealed class CodeTests
{
    private static readonly Catalog Market = Shop.Of();

    [Theory]
    [InlineData("50% once", "10 paid, 20 paid, 20 paid, 20 paid", "one invoice")]
    [InlineData("50% 3", "10 paid, 10 paid, 10 paid, 20 paid", "the invoices of three months")]
    [InlineData("50%", "10 paid, 10 paid, 10 paid, 10 paid", "for ever")]
    [InlineData("$5 once", "15 paid, 20 paid, 20 paid, 20 paid", "an amount off one invoice")]
    [InlineData("100% once", "0 paid, 20 paid, 20 paid, 20 paid", "a month for nothing")]
    public void A_code_takes_off_as_long_as_its_coupon_says(string coupon, string invoices, string because)
    {
        Assert.NotEmpty(because);
        var story = new BillingStory(Market, Clock.Moments);
        story.Do(Attach("pro", Wish(coupon)));
        story.Run($"advance 3mo\nadvance 1h\ninvoices: {invoices}");
        Assert.Equal([new Redeemed("coupon", "SPRING", new InvoiceNo(story.Stored.Billing.Redeemed[0].Invoice?.Value ?? 0))], story.Stored.Billing.Redeemed.Select(one => one with { Invoice = one.Invoice ?? new InvoiceNo(0) }));
    }

    [Fact]
    public void A_code_is_used_once_by_a_customer()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Do(Attach("pro", Wish("50% once")));
        Assert.Equal(RefusalCode.InvalidRequest, story.Refusal(Attach("addon", Wish("50% once"))));
        Assert.Equal(RefusalCode.InvalidRequest, story.Refusal(new Command.Redeem(Reward("50% once"), "SPRING", 1)));
    }

    [Fact]
    public void A_code_for_a_first_purchase_is_refused_to_who_has_paid()
    {
        var story = new BillingStory(Market, Clock.Moments);
        var wish = Wish("50% once") with { Code = new PromoCode("SPRING", FirstTimeOnly: true) };
        story.Run("attach pro");
        Assert.Equal(RefusalCode.FirstTimeOnly, story.Refusal(Attach("addon", wish)));
        new BillingStory(Market, Clock.Moments).Do(Attach("pro", wish));
    }

    [Fact]
    public void What_was_not_paid_leaves_the_code_free()
    {
        var story = new BillingStory(Market, Clock.Moments, "decline");
        story.Do(Attach("pro", Wish("50% once")));
        story.Run("holds: \ninvoices: 10 open");
        Assert.NotNull(story.Stored.Billing.Redeemed[0].Invoice);

        // The next try takes the code along, and the first invoice is taken back.
        story.Run("card good");
        story.Do(Attach("pro", Wish("50% once")));
        story.Run("holds: pro\ninvoices: 10 void, 10 paid");
        Assert.Single(story.Stored.Billing.Redeemed);

        var late = new BillingStory(Market, Clock.Moments, "decline");
        late.Do(Attach("pro", Wish("50% once")));
        late.Run("advance 1h\ninvoices: 10 void");
        Assert.Empty(late.Stored.Billing.Redeemed);
    }

    [Fact]
    public void A_coupon_of_other_plans_is_refused_with_what_it_is_for()
    {
        var story = new BillingStory(Market, Clock.Moments);
        var wish = Wish("50% once");
        Assert.Equal(RefusalCode.InvalidRequest, story.Refusal(Attach("pro", wish with { Discount = wish.Discount with { Plans = [new PlanId("premium")] } })));
        story.Do(Attach("pro", wish with { Discount = wish.Discount with { Plans = [new PlanId("pro")] } }));
        story.Run("invoices: 10 paid");
    }

    [Fact]
    public void A_code_on_a_plan_that_comes_later_is_for_its_first_invoice()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Run("attach premium");
        story.Do(Attach("pro", Wish("50% once")));
        story.Run("holds: premium until 2026-05-01, pro from 2026-05-01\nadvance 1mo\nadvance 1h\nholds: pro\ninvoices: 50 paid, 10 paid");
    }

    [Fact]
    public void A_free_plan_uses_no_code()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Do(Attach("free", Wish("50% once")));
        Assert.Empty(story.Stored.Billing.Redeemed);
    }

    [Fact]
    public void A_code_is_typed_in_on_the_page_and_used_when_that_is_completed()
    {
        var story = new BillingStory(Market, Clock.Moments, "none");
        story.Run("attach pro");
        var page = story.Now.Billing.Checkout!.No;
        story.Do(new Command.EnterCode(page, Wish("50% once")));
        Assert.Empty(story.Stored.Billing.Redeemed);
        Assert.Equal(page, story.Now.Billing.Checkout!.No);
        story.Do(new Command.EnterCode(page, null));
        Assert.Empty(story.Now.Billing.Checkout!.Wanted!.Options.Discounts);
        story.Do(new Command.EnterCode(page, Wish("20% once")));
        story.Run("complete\nholds: pro\ninvoices: 16 paid");
        Assert.Equal("SPRING", Assert.Single(story.Stored.Billing.Redeemed).Code);
        Assert.Equal(RefusalCode.CheckoutNotFound, story.Refusal(new Command.EnterCode(page, Wish("50% once"))));
    }

    [Fact]
    public void An_update_takes_discounts_for_its_invoice_and_later_ones()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Run("attach pro");
        story.Do(new Command.UpdatePlan(new PlanSelector(new PlanId("pro"))) { Discounts = [Wish("50% 2")] });
        story.Run("advance 1mo\nadvance 1h\ninvoices: 20 paid, 10 paid");
        Assert.Equal(RefusalCode.InvalidRequest, story.Refusal(new Command.UpdatePlan(new PlanSelector(new PlanId("pro"))) { Discounts = [Wish("50% 2")] }));
    }

    [Fact]
    public void Discounts_end_when_they_are_taken_off()
    {
        var story = new BillingStory(Market, Clock.Moments);
        story.Do(Attach("pro", Wish("50%")));
        story.Run("discount 20%");
        story.Do(new Command.EndDiscounts());
        story.Run("advance 1mo\nadvance 1h\ninvoices: 10 paid, 20 paid");
    }

    private static Command.Attach Attach(string plan, DiscountWish wish) => new(new PlanId(plan), null, ImmutableDictionary<FeatureId, Quantity>.Empty, NoBillingChanges: false, null)
    {
        Options = AttachOptions.Default with { Discounts = [wish] },
    };

    private static DiscountWish Wish(string words) => BillingStory.Discount(words) switch
    {
        var wish => wish with { Discount = wish.Discount with { Id = "coupon" }, Code = new PromoCode("SPRING") },
    };

    private static Reward Reward(string words) => new("coupon", null, new Gift.MoneyOff(Wish(words) with { Code = null }), [new PromoCode("SPRING")]);
}
