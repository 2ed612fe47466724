using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Trials and cancellations. Where plans enable themselves the till is one of its own.</summary>
public sealed class AcceptanceOfEndsTests(Till till) : IClassFixture<Till>
{
    [Fact]
    public async Task A20_A_trial_costs_nothing_and_then_the_plan_is_charged()
    {
        var c = await till.Buyer();
        await c.Previews("pro_t", total: 0, next: "20 on 2026-04-08");
        await c.Attach("pro_t");
        await c.Has(plans: "pro_t trial to 2026-04-08", invoices: "0 paid");
        await c.Days(8);
        await c.Has(plans: "pro_t", invoices: "0 paid, 20 paid", periodEnds: "2026-05-08");
    }

    [Fact]
    public async Task A21_Use_in_a_trial_is_free()
    {
        await till.Sells("""{"plan_id": "pro_ut", "name": "Pro", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "price": {"amount": 0.1, "interval": "month", "billing_method": "usage_based"}}], "free_trial": {"duration_length": 14, "duration_type": "day"}}""");
        var c = await till.Buyer();
        await c.Attach("pro_ut");
        await c.Track(250);
        await c.Days(15);
        await c.Has(invoices: "0 paid, 20 paid", messages: 100);
    }

    [Fact]
    public async Task A22_A_plan_is_tried_once()
    {
        var c = await till.Buyer();
        await c.Attach("pro_t");
        await c.Days(3);
        await c.Cancel("cancel_immediately", new { plan_id = "pro_t" });
        await c.Previews("pro_t", total: 20);
        await c.Attach("pro_t");
        await c.Has(plans: "pro_t", invoices: "0 paid, 20 paid");
    }

    [Fact]
    public async Task A23_A_customer_starts_with_a_trial_without_a_card_and_goes_on_for_free()
    {
        await using var own = await Till.With(
            """{"plan_id": "free_def", "name": "Free", "auto_enable": true, "items": [{"feature_id": "messages", "included": 50, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "pro_nc", "name": "Pro", "auto_enable": true, "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}], "free_trial": {"duration_length": 7, "duration_type": "day", "card_required": false}}""");
        var c = await own.Till.Buyer(card: null);
        await c.Has(plans: "pro_nc trial to 2026-04-08", messages: 100);
        await c.Days(8);
        await c.Has(plans: "free_def", messages: 50);
        Assert.Equal(0, (await c.Invoices()).Sum(static one => one.GetProperty("total").GetDecimal()));
    }

    [Fact]
    public async Task A28_Canceled_at_the_end_and_not_and_again()
    {
        await using var own = await Till.With("""{"plan_id": "free_def", "name": "Free", "auto_enable": true, "items": [{"feature_id": "messages", "included": 50, "reset": {"interval": "month"}}]}""");
        var c = await own.Till.Buyer();
        await c.Has(plans: "free_def");
        await c.Attach("pro_u");
        await c.Track(500);
        await c.Cancel("cancel_end_of_cycle");
        await c.Cancel("uncancel");
        await c.Has(plans: "pro_u");
        await c.Cancel("cancel_end_of_cycle");
        await c.Has(plans: "pro_u canceled 2026-04-01 until 2026-05-01, free_def from 2026-05-01", invoices: "20 paid");
        await c.Renews();
        await c.Has(plans: "free_def", invoices: "20 paid, 40 paid", lines: "40", messages: 50);
    }

    [Fact]
    public async Task A29_Canceled_now_gives_credit_for_the_rest_and_bills_no_overage()
    {
        var c = await till.Buyer();
        await c.Attach("pro_p", Bought.Messages(500));
        await c.Days(15);
        await c.PreviewsChange(new { cancel_action = "cancel_immediately" }, total: -35);
        await c.Cancel("cancel_immediately");
        await c.Has(plans: "", invoices: "70 paid, -35 paid", lines: "-10 -25", credit: 35);
    }

    [Fact]
    public async Task A30_Canceled_now_with_a_refund_gives_the_money_back_to_the_card()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        var change = new { cancel_action = "cancel_immediately", refund_last_payment = "full" };
        Assert.Equal(20, (await c.Post("billing.preview_update", change)).MustBe(200).Number("refund.amount"));
        await c.Update(change);
        await c.Has(plans: "", invoices: "20 paid", credit: 0);
        var invoice = Assert.Single(await c.Invoices());
        Assert.Equal((20m, 20m), (invoice.GetProperty("amount_paid").GetDecimal(), invoice.GetProperty("refunded_amount").GetDecimal()));
    }
}
