using System.Text.Json;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Coupons, codes and what they give, over HTTP with customers whose time is moved.</summary>
public sealed class RewardTests(Till till) : IClassFixture<Till>
{
    private static int _last;

    private ApiClient Api => till.Api;

    [Theory]
    [InlineData("one_off", null, "10 paid, 20 paid, 20 paid, 20 paid")]
    [InlineData("months", 3, "10 paid, 10 paid, 10 paid, 20 paid")]
    [InlineData("forever", null, "10 paid, 10 paid, 10 paid, 10 paid")]
    public async Task A_coupon_takes_off_for_as_long_as_it_says(string type, int? length, string invoices)
    {
        var code = await Coupon(50, type, length);
        var (byCode, byId) = (await till.Customer(), await till.Customer());
        var preview = (await till.Preview(byCode, "pro", new { discounts = new[] { new { promotion_code = code } } })).MustBe(200);
        Assert.Equal((10m, 10m, code), (preview.Number("total"), preview.Number("line_items.0.discounts.0.amount_off"), preview.Word("line_items.0.discounts.0.reward_id")));
        (await till.Attach(byCode, "pro", new { discounts = new[] { new { promotion_code = code } } })).MustBe(200);
        (await till.Attach(byId, "pro", new { discounts = new[] { new { reward_id = code } } })).MustBe(200);
        foreach (var c in (string[])[byCode, byId])
        {
            await till.Advance(c, Till.T0.AddMonths(3).AddHours(1));
            Assert.Equal(invoices, await till.Invoices(c));
        }

        Assert.Equal(1, await Uses(code));
    }

    [Fact]
    public async Task An_amount_off_and_a_percentage_together()
    {
        var (share, amount) = (await Coupon(20), await Coupon(2, kind: "fixed_discount"));
        var c = await till.Customer();
        (await till.Attach(c, "pro", new { discounts = new object[] { new { reward_id = amount }, new { promotion_code = share } } })).MustBe(200);
        Assert.Equal("14 paid", await till.Invoices(c));
    }

    [Fact]
    public async Task Older_callers_put_coupons_on_customers_and_take_them_off()
    {
        var code = await Coupon(25, "forever");
        var c = await till.Customer();
        (await Api.Send(HttpMethod.Post, $"/v1/customers/{c}/coupons/{code}", "{}")).MustBe(200);
        var shown = (await Api.Post("customers.get", new { customer_id = c, expand = new[] { "rewards" } })).MustBe(200);
        Assert.Equal((code, "percentage_discount", 25m, "forever"), (shown.Word("rewards.discounts.0.id"), shown.Word("rewards.discounts.0.type"), shown.Number("rewards.discounts.0.discount_value"), shown.Word("rewards.discounts.0.duration_type")));
        (await till.Attach(c, "pro")).MustBe(200);
        (await Api.Send(HttpMethod.Delete, $"/v1/customers/{c}/coupons", null)).MustBe(200);
        await till.Renew(c);
        Assert.Equal("15 paid, 20 paid", await till.Invoices(c));
        Assert.Equal((404, "reward_not_found"), Said(await Api.Send(HttpMethod.Post, $"/v1/customers/{c}/coupons/nothing", "{}")));
        Assert.Equal((404, "customer_not_found"), Said(await Api.Send(HttpMethod.Delete, "/v1/customers/nobody/coupons", null)));
        Assert.Equal(0, await Uses(code));
    }

    [Fact]
    public async Task Older_callers_name_a_coupon_or_a_code_when_they_attach()
    {
        var code = await Coupon(50);
        var (a, b) = (await till.Customer(), await till.Customer());
        foreach (var c in (string[])[a, b]) (await Api.Send(HttpMethod.Post, "/v1/attach", new { customer_id = c, product_id = "pro", reward = code })).MustBe(200);
        Assert.Equal(("10 paid", "10 paid"), (await till.Invoices(a), await till.Invoices(b)));
        Assert.Equal((404, "reward_not_found"), Said(await Api.Send(HttpMethod.Post, "/v1/attach", new { customer_id = a, product_id = "addon", reward = "nothing" })));
    }

    [Fact]
    public async Task Units_credit_and_a_plan_are_redeemed_by_code()
    {
        var c = await till.Customer(card: null);
        var units = Name();
        (await Api.Post("rewards.create", new { feature_grant = new { id = units, name = "Beta", grants = new[] { new { feature_id = "messages", included = 40, expiry = new { type = "month", length = 1 } } }, promo_codes = new[] { new { code = units, max_uses = 5 } } } })).MustBe(200);
        var redeemed = await Redeem(units, c);
        Assert.Equal((units, "messages", 40m), (redeemed.MustBe(200).Word("reward_id"), redeemed.Word("entitlements_granted.0.feature_id"), redeemed.Number("entitlements_granted.0.balance")));
        Assert.Equal(40, await till.Left(c));

        var credit = await Coupon(30, kind: "invoice_credits");
        Assert.Equal(0, (await Redeem(credit, c)).MustBe(200)["entitlements_granted"]!.Value.GetArrayLength());
        var plan = Name();
        (await Api.Post("rewards.create", new { free_product = new { id = plan, plan_id = "addon", promo_codes = new[] { new { code = plan } } } })).MustBe(200);
        (await Redeem(plan, c)).MustBe(200);
        Assert.Equal("addon active", await till.Plans(c));
        await till.Card(c, "pm_card_visa");
        (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal(10m, (await till.Preview(c, "premium")).MustBe(200).Number("invoice_credits.balance"));
        await till.Renew(c);
        Assert.Equal(0, await Api.Remaining(c, "words") - 200);
        Assert.Contains(plan, (await Api.Post("rewards.list", "{}")).MustBe(200).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("an unknown code", 404, "reward_not_found")]
    [InlineData("twice", 400, "invalid_request")]
    [InlineData("used up", 400, "invalid_request")]
    [InlineData("first purchase", 400, "promo_code_first_time_only")]
    [InlineData("an unknown customer", 404, "customer_not_found")]
    public async Task Codes_that_are_not_redeemed(string why, int status, string code)
    {
        var word = await Coupon(10, most: 1, firstTimeOnly: why == "first purchase");
        var c = await till.Customer();
        if (why == "twice") (await Redeem(word, c)).MustBe(200);
        if (why == "used up") (await Redeem(word, await till.Customer())).MustBe(200);
        if (why == "first purchase") (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal((status, code), Said(await Redeem(why == "an unknown code" ? "NOTHING" : word, why == "an unknown customer" ? "nobody" : c)));
        if (why is "an unknown customer") return;
        var discounts = new[] { new { promotion_code = why == "an unknown code" ? "NOTHING" : word } };
        foreach (var operation in (string[])["billing.attach", "billing.preview_attach"])
            Assert.Equal((status, code), Said(await Api.Post(operation, new { customer_id = c, plan_id = "addon", discounts })));
        Assert.Equal((status, code), Said(await Api.Post("billing.multi_attach", new { customer_id = c, plans = new[] { new { plan_id = "addon" } }, discounts })));
    }

    [Theory]
    [InlineData("""{"coupon": {"id": "x", "name": "X", "type": "percentage_discount", "value": 101, "duration": {"type": "forever", "length": null}, "plan_ids": null, "promo_codes": []}}""", 400, "invalid_inputs")]
    [InlineData("""{"coupon": {"id": "x", "name": "X", "type": "percentage_discount", "value": 10, "duration": {"type": "months", "length": null}, "plan_ids": null, "promo_codes": []}}""", 400, "invalid_inputs")]
    [InlineData("""{"coupon": {"id": "x", "name": "X", "type": "percentage_discount", "value": 10, "duration": {"type": "forever", "length": 3}, "plan_ids": null, "promo_codes": []}}""", 400, "invalid_inputs")]
    [InlineData("""{"coupon": {"id": "x", "name": "X", "type": "fixed_discount", "value": 10, "duration": {"type": "forever", "length": null}, "plan_ids": ["nothing"], "promo_codes": []}}""", 404, "product_not_found")]
    [InlineData("""{"coupon": {"id": "x", "name": "X", "type": "fixed_discount", "value": 10, "duration": {"type": "forever", "length": null}, "plan_ids": null, "promo_codes": [{"code": "A", "global_max_redemption": 0}]}}""", 400, "invalid_inputs")]
    [InlineData("""{"feature_grant": {"id": "x", "name": "X", "grants": [{"feature_id": "nothing", "included": 1, "expiry": null}], "promo_codes": [{"code": "A", "max_uses": null}]}}""", 404, "feature_not_found")]
    [InlineData("""{"feature_grant": {"id": "x", "name": "X", "grants": [], "promo_codes": [{"code": "A", "max_uses": null}]}}""", 400, "invalid_inputs")]
    [InlineData("""{"free_product": {"id": "x", "plan_id": "nothing"}}""", 404, "product_not_found")]
    [InlineData("""{"coupon": {"id": "x y", "name": "X", "type": "fixed_discount", "value": 10, "duration": {"type": "forever", "length": null}}}""", 400, "invalid_inputs")]
    [InlineData("""{"coupon": 5}""", 400, "invalid_inputs")]
    [InlineData("{}", 400, "invalid_inputs")]
    public async Task Rewards_that_cannot_be_made(string request, int status, string code) => Assert.Equal((status, code), Said(await Api.Post("rewards.create", request)));

    [Fact]
    public async Task Rewards_are_changed_and_deleted_and_what_was_given_stays()
    {
        var code = await Coupon(50, "forever");
        Assert.Equal((400, "duplicate_reward_id"), Said(await Api.Post("rewards.create", Of(code, 10, "one_off", null, "percentage_discount", Name(), null, false))));
        Assert.Equal((400, "duplicate_promo_code"), Said(await Api.Post("rewards.create", Of(Name(), 10, "one_off", null, "percentage_discount", code, null, false))));
        var c = await till.Customer();
        (await till.Attach(c, "pro", new { discounts = new[] { new { promotion_code = code } } })).MustBe(200);
        var other = Name();
        var changed = (await Api.Post("rewards.update", new { reward_id = code, coupon = new { name = "New", promo_codes = new[] { new { code = other } } } })).MustBe(200);
        Assert.Equal(("New", other, 50m), (changed.Word("coupon.name"), changed.Word("coupon.promo_codes.0.code"), changed.Number("coupon.value")));
        Assert.Equal((404, "reward_not_found"), Said(await Redeem(code, await till.Customer())));
        Assert.Equal((400, "invalid_request"), Said(await Api.Post("rewards.update", new { reward_id = code, feature_grant = new { name = "No" } })));
        Assert.Equal((409, "invalid_request"), Said(await DeleteNamedPlan()));
        (await Api.Post("rewards.delete", new { reward_id = code })).MustBe(200);
        foreach (var operation in (string[])["rewards.get", "rewards.delete"]) Assert.Equal((404, "reward_not_found"), Said(await Api.Post(operation, new { reward_id = code })));
        Assert.Equal((404, "reward_not_found"), Said(await Api.Post("rewards.update", new { reward_id = code, coupon = new { name = "New" } })));
        await till.Renew(c);
        Assert.Equal("10 paid, 10 paid", await till.Invoices(c));
    }

    [Fact]
    public async Task A_code_is_used_exactly_as_often_as_it_may_be_however_many_try_at_once()
    {
        const int Most = 5;
        var code = await Coupon(50, "forever", most: Most);
        var customers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => till.Customer()));
        var all = await Task.WhenAll(customers.Select((c, at) => at % 2 == 0 ? Redeem(code, c) : till.Attach(c, "pro", new { discounts = new[] { new { promotion_code = code } } })));
        Assert.Equal(Most, all.Count(reply => reply.Status == 200));
        Assert.All(all.Where(reply => reply.Status != 200), reply => Assert.Equal((400, "invalid_request"), Said(reply)));
        Assert.Equal(Most, await Uses(code));
        var plans = await Task.WhenAll(customers.Where((_, at) => at % 2 == 1).Select(till.Plans));
        Assert.Equal(all.Where((reply, at) => at % 2 == 1 && reply.Status == 200).Count(), plans.Count(held => held == "pro active"));
    }

    [Fact]
    public async Task A_customer_uses_a_code_once_however_often_it_tries_at_once()
    {
        var code = await Coupon(10);
        var c = await till.Customer();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Redeem(code, c)));
        Assert.Single(all, reply => reply.Status == 200);
        Assert.Equal(1, await Uses(code));
    }

    [Fact]
    public async Task A_payment_that_fails_gives_the_use_back()
    {
        var code = await Coupon(50, most: 1);
        var c = await till.Customer("pm_card_chargeDeclined");
        var discounts = new[] { new { promotion_code = code } };
        Assert.Equal("payment_failed", (await till.Attach(c, "pro", new { discounts })).MustBe(200).Word("required_action.code"));
        Assert.Equal(1, await Uses(code));
        await till.Advance(c, Till.T0.AddMinutes(11));
        Assert.Equal(("10 void", 0), (await till.Invoices(c), await Uses(code)));
        await till.Card(c, "pm_card_visa");
        (await till.Attach(c, "pro", new { discounts })).MustBe(200);
        Assert.Equal(("10 void, 10 paid", "pro active", 1), (await till.Invoices(c), await till.Plans(c), await Uses(code)));
    }

    [Fact]
    public async Task A_second_try_takes_the_code_along()
    {
        var code = await Coupon(50, most: 1);
        var c = await till.Customer("pm_card_chargeDeclined");
        var discounts = new[] { new { promotion_code = code } };
        (await till.Attach(c, "pro", new { discounts })).MustBe(200);
        await till.Card(c, "pm_card_visa");
        Assert.Equal((400, "invalid_request"), Said(await till.Attach(await till.Customer(), "pro", new { discounts })));
        (await till.Attach(c, "pro", new { discounts })).MustBe(200);
        Assert.Equal(("10 void, 10 paid", "pro active", 1), (await till.Invoices(c), await till.Plans(c), await Uses(code)));
    }

    [Fact]
    public async Task An_update_takes_a_discount_for_the_plan_that_is_held()
    {
        var code = await Coupon(50, "months", 2);
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        var change = new { plan_id = "pro", discounts = new[] { new { promotion_code = code } } };
        Assert.Equal(10, (await Api.Post("billing.preview_update", new { customer_id = c, change.plan_id, change.discounts })).MustBe(200).Number("next_cycle.total"));
        (await till.Update(c, change)).MustBe(200);
        await till.Renew(c);
        Assert.Equal("20 paid, 10 paid", await till.Invoices(c));
        Assert.Equal((400, "invalid_request"), Said(await till.Update(c, change)));
    }

    [Fact]
    public async Task What_says_two_things_or_none_is_refused()
    {
        var code = await Coupon(50);
        var c = await till.Customer();
        foreach (var discounts in (object[][])[[new { promotion_code = code, reward_id = code }], [new { }]])
            Assert.Equal((400, "invalid_inputs"), Said(await till.Attach(c, "pro", new { discounts })));
        Assert.Equal((400, "invalid_request"), Said(await till.Attach(c, "pro", new { no_billing_changes = true, discounts = new[] { new { promotion_code = code } } })));
        Assert.Equal(0, await Uses(code));
    }

    [Fact]
    public async Task The_same_discount_named_twice_counts_once()
    {
        var code = await Coupon(50);
        var c = await till.Customer();
        (await till.Attach(c, "pro", new { discounts = new object[] { new { promotion_code = code }, new { reward_id = code } } })).MustBe(200);
        Assert.Equal(("10 paid", 1L), (await till.Invoices(c), await Uses(code)));
    }

    private async Task<Reply> DeleteNamedPlan()
    {
        var plan = Name();
        (await Api.Post("plans.create", new { plan_id = plan, name = "Named" })).MustBe(200);
        (await Api.Post("rewards.create", new { free_product = new { id = Name(), plan_id = plan } })).MustBe(200);
        return await Api.Post("plans.delete", new { plan_id = plan });
    }

    private Task<Reply> Redeem(string code, string customer) => Api.Post("rewards.redeem", new { code, customer_id = customer });

    private static string Name() => $"R{Interlocked.Increment(ref _last)}";

    /// <summary>Its id, which is its code as well.</summary>
    private async Task<string> Coupon(decimal value, string duration = "one_off", int? length = null, string kind = "percentage_discount", int? most = null, bool firstTimeOnly = false)
    {
        var id = Name();
        (await Api.Post("rewards.create", Of(id, value, duration, length, kind, id, most, firstTimeOnly))).MustBe(200);
        return id;
    }

    private static string Of(string id, decimal value, string duration, int? length, string kind, string code, int? most, bool firstTimeOnly) => JsonSerializer.Serialize(new
    {
        coupon = new
        {
            id, name = id, type = kind, value, duration = new { type = duration, length }, plan_ids = (string[]?)null,
            promo_codes = new[] { new { code, global_max_redemption = most, first_time_transaction = firstTimeOnly } },
        },
    });

    private async Task<long> Uses(string code) =>
        await till.Server.Shell.CodeUses(new Storage.CodeKey(till.Server.Engine.Scopes.Environment("sandbox").Id, Storage.CodeKind.Promo, code, code));

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);
}
