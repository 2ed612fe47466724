using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Customers who bring customers, over HTTP.</summary>
public sealed class ReferralTests(Till till) : IClassFixture<Till>
{
    private static int _last;

    private ApiClient Api => till.Api;

    [Theory]
    [InlineData("referrer", 10, 0)]
    [InlineData("all", 10, 10)]
    public async Task Redeeming_a_code_rewards_at_once(string receiver, decimal referrer, decimal redeemer)
    {
        var program = await Program("customer_creation", receiver);
        var (a, b) = (await till.Customer(), await till.Customer());
        var code = await Code(a, program);
        Assert.Equal(code, await Code(a, program));
        var redeemed = (await Redeem(code, b)).MustBe(200);
        Assert.Equal((b, program, a, b), (redeemed.Word("customer_id"), redeemed.Word("reward_id"), redeemed.Word("referrer.id"), redeemed.Word("redeemer.id")));
        Assert.Equal((referrer, redeemer), (await Words(a), await Words(b)));

        var shown = (await Api.Post("customers.get", new { customer_id = a, expand = new[] { "referrals" } })).MustBe(200);
        Assert.Equal((program, b, true), (shown.Word("referrals.0.program_id"), shown.Word("referrals.0.customer.id"), shown.Flag("referrals.0.reward_applied")));
        var stands = (await Api.Get($"/v1/redemptions/{redeemed.Word("id")}")).MustBe(200);
        Assert.Equal((redeemed.Word("id"), program, true), (stands.Word("id"), stands.Word("program_id"), stands.Flag("reward_applied")));
        Assert.Equal((404, "reward_redemption_not_found"), Said(await Api.Get("/v1/redemptions/rdm_1_nothing")));
    }

    [Theory]
    [InlineData("pro", 0, false, true, "the first payment")]
    [InlineData("free", 0, false, false, "a free plan is not paid for")]
    [InlineData("addon", 0, false, false, "another plan")]
    [InlineData("pro_t", 0, false, true, "a trial counts where nothing else is said")]
    [InlineData("pro_t", 0, true, false, "a trial does not count where it is excluded")]
    [InlineData("pro_t", 8, true, true, "paid when the trial ended")]
    public async Task A_first_payment_rewards_once(string plan, int days, bool excludesTrials, bool isRewarded, string because)
    {
        var program = await Program("checkout", "all", excludesTrials, plans: ["pro", "pro_t"]);
        var (a, b) = (await till.Customer(), await till.Customer());
        var redeemed = (await Redeem(await Code(a, program), b)).MustBe(200);
        Assert.Equal((0m, 0m, false), (await Words(a), await Words(b), (await Api.Get($"/v1/redemptions/{redeemed.Word("id")}")).Flag("reward_applied")));
        (await till.Attach(b, plan)).MustBe(200);
        if (days > 0) await till.Advance(b, days);
        var given = isRewarded ? 10m : 0m;
        Assert.True((given, given + (plan == "addon" ? 200 : 0)) == (await Words(a), await Words(b)), because);
        await till.Advance(b, 70);
        Assert.Equal(plan is "pro" or "pro_t" ? 10m : 0m, await Words(a));
    }

    [Fact]
    public async Task What_the_sweeper_brings_about_is_rewarded_too()
    {
        await using var server = await RunningServer.Start(time: new ManualTime(Till.T0), demo: false);
        await Furnish(server.Api);
        await server.Api.Create("a");
        await server.Api.Create("b");
        var code = (await server.Api.Post("referrals.create_code", new { customer_id = "a", program_id = "friends" })).MustBe(200).Word("code");
        (await server.Api.Post("referrals.redeem_code", new { code, customer_id = "b" })).MustBe(200);
        (await server.Api.Post("customers.set_test_card", """{"customer_id": "b", "payment_method": "pm_card_visa"}""")).MustBe(200);
        (await server.Api.Post("billing.attach", """{"customer_id": "b", "plan_id": "tried"}""")).MustBe(200);
        server.Time.Advance(TimeSpan.FromDays(8));
        await Eventually(server, async () => (await server.Api.Post("customers.get", """{"customer_id": "a"}""")).MustBe(200)["balances.words"] is not null);
        for (var second = 0; second < 3; second++) server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, await server.Api.Remaining("a", "words"));
    }

    [Fact]
    public async Task A_program_and_its_counts_outlive_a_restart_and_what_was_due_is_given()
    {
        using var directory = new TempDirectory();
        var time = new ManualTime(Till.T0);
        string code;
        await using (var server = await RunningServer.Start(directory: directory, time: time, demo: false))
        {
            await Furnish(server.Api);
            foreach (var c in (string[])["a", "b", "c", "d"]) await server.Api.Create(c);
            code = (await server.Api.Post("referrals.create_code", new { customer_id = "a", program_id = "friends" })).MustBe(200).Word("code")!;
            (await server.Api.Post("referrals.redeem_code", new { code, customer_id = "b" })).MustBe(200);
            (await server.Api.Post("rewards.redeem", """{"code": "ONE", "customer_id": "b"}""")).MustBe(200);

            // Paid, and cut off before anybody was rewarded.
            var scope = server.Engine.Scopes.Environment("sandbox");
            var b = (await server.Engine.Customers.Find(scope, "b", Core.Instant.Of(time.GetUtcNow())))!;
            (await server.Api.Post("customers.set_test_card", """{"customer_id": "b", "payment_method": "pm_card_visa"}""")).MustBe(200);
            var attach = new Core.Command.Attach(new Core.PlanId("pro"), null, System.Collections.Immutable.ImmutableDictionary<Core.FeatureId, Core.Quantity>.Empty, NoBillingChanges: false, null);
            await server.Engine.Runner.Run(scope, [new Customers.Addressed(b.Key, attach)], [], Core.Instant.Of(time.GetUtcNow()));
            var invoice = b.Committed!.Billing.Open[0];
            await server.Engine.Runner.Run(scope, [new Customers.Addressed(b.Key, new Core.Command.AnswerPayment(invoice.No, invoice.Asked!.Attempt, Core.PaymentAnswer.Paid))], [], Core.Instant.Of(time.GetUtcNow()));
            Assert.True(b.Committed!.Billing.Referrals[0].Earned);
            Assert.Null((await server.Api.Post("customers.get", """{"customer_id": "a"}""")).MustBe(200)["balances.words"]);
        }

        await using var again = await RunningServer.Start(directory: directory, time: time, demo: false);
        await Eventually(again, async () => (await again.Api.Post("customers.get", """{"customer_id": "a"}""")).MustBe(200)["balances.words"] is not null);
        for (var second = 0; second < 3; second++) again.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, await again.Api.Remaining("a", "words"));
        Assert.Equal((400, "customer_already_redeemed_referral_code"), Said(await again.Api.Post("referrals.redeem_code", new { code, customer_id = "b" })));
        (await again.Api.Post("referrals.redeem_code", new { code, customer_id = "c" })).MustBe(200);
        Assert.Equal((400, "referral_code_max_redemptions_reached"), Said(await again.Api.Post("referrals.redeem_code", new { code, customer_id = "d" })));
        Assert.Equal((400, "invalid_request"), Said(await again.Api.Post("rewards.redeem", """{"code": "ONE", "customer_id": "c"}""")));
        Assert.Equal(2, (await again.Api.Post("rewards.list", "{}")).MustBe(200)["coupons"]!.Value.GetArrayLength() + (await again.Api.Post("rewards.list", "{}"))["feature_grants"]!.Value.GetArrayLength());
        Assert.Equal(code, (await again.Api.Post("referrals.create_code", new { customer_id = "a", program_id = "friends" })).MustBe(200).Word("code"));
    }

    [Fact]
    public async Task A_code_brings_exactly_as_many_as_it_may()
    {
        var program = await Program("customer_creation", "referrer", most: 3);
        var code = await Code(await till.Customer(), program);
        var customers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => till.Customer()));
        var all = await Task.WhenAll(customers.Select(c => Redeem(code, c)));
        Assert.Equal(3, all.Count(reply => reply.Status == 200));
        Assert.All(all.Where(reply => reply.Status != 200), reply => Assert.Equal((400, "referral_code_max_redemptions_reached"), Said(reply)));
    }

    [Fact]
    public async Task A_referrer_of_many_at_once_is_rewarded_for_each()
    {
        var program = await Program("customer_creation", "referrer");
        var a = await till.Customer();
        var code = await Code(a, program);
        var customers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => till.Customer()));
        foreach (var reply in await Task.WhenAll(customers.Select(c => Redeem(code, c)))) reply.MustBe(200);
        Assert.Equal(120, await Words(a));
    }

    [Fact]
    public async Task Codes_that_are_not_redeemed()
    {
        var program = await Program("customer_creation", "referrer");
        var (a, b) = (await till.Customer(), await till.Customer());
        var code = await Code(a, program);
        Assert.Equal((404, "referral_code_not_found"), Said(await Redeem("NOTHING", b)));
        Assert.Equal((404, "customer_not_found"), Said(await Redeem(code, "nobody")));
        Assert.Equal((400, "customer_cannot_redeem_own_code"), Said(await Redeem(code, a)));
        foreach (var c in (string[])[a, b]) (await Api.Post("customers.update", new { customer_id = c, fingerprint = $"print-{program}" })).MustBe(200);
        Assert.Equal((400, "customer_cannot_redeem_own_code"), Said(await Redeem(code, b)));
        var d = await till.Customer();
        (await Redeem(code, d)).MustBe(200);
        Assert.Equal((400, "customer_already_redeemed_referral_code"), Said(await Redeem(await Code(b, program), d)));
        Assert.Equal((404, "reward_program_not_found"), Said(await Api.Post("referrals.create_code", new { customer_id = a, program_id = "nothing" })));
        Assert.Equal((404, "customer_not_found"), Said(await Api.Post("referrals.create_code", new { customer_id = "nobody", program_id = program })));
        (await Api.Post("referral_programs.delete", new { referral_program_id = program })).MustBe(200);
        Assert.Equal((404, "referral_code_not_found"), Said(await Redeem(code, b)));
    }

    [Fact]
    public async Task Programs_are_changed_and_deleted()
    {
        var program = await Program("customer_creation", "referrer", most: 3);
        var changed = (await Api.Post("referral_programs.update", new { referral_program_id = program, received_by = "all", max_redemptions = (int?)null, plan_ids = new[] { "pro" } })).MustBe(200);
        Assert.Equal(("all", "customer_creation", null, "pro"), (changed.Word("received_by"), changed.Word("redeem_on"), changed["max_redemptions"], changed.Word("plan_ids.0")));
        Assert.Equal((409, "invalid_request"), Said(await Api.Post("rewards.delete", new { reward_id = program })));
        Assert.Equal((404, "reward_not_found"), Said(await Api.Post("referral_programs.update", new { referral_program_id = program, reward_id = "nothing" })));
        Assert.Equal((409, "invalid_request"), Said(await Api.Post("referral_programs.create", new { id = program, reward_id = program, redeem_on = "checkout", received_by = "all" })));
        (await Api.Post("referral_programs.delete", new { referral_program_id = program })).MustBe(200);
        foreach (var operation in (string[])["get", "update", "delete"]) Assert.Equal((404, "reward_program_not_found"), Said(await Api.Post($"referral_programs.{operation}", new { referral_program_id = program })));
        (await Api.Post("rewards.delete", new { reward_id = program })).MustBe(200);
    }

    private static Task Eventually(RunningServer server, Func<Task<bool>> happens) => Deadline.Until(happens, "the reward", server.Time);

    private static async Task Furnish(ApiClient api)
    {
        (await api.Post("features.create", """{"feature_id": "words", "name": "Words", "type": "metered", "consumable": true}""")).MustBe(200);
        (await api.Post("plans.create", """{"plan_id": "pro", "name": "Pro", "price": {"amount": 20, "interval": "month"}}""")).MustBe(200);
        (await api.Post("plans.create", """{"plan_id": "tried", "name": "Tried", "price": {"amount": 20, "interval": "month"}, "free_trial": {"duration_length": 7, "duration_type": "day"}}""")).MustBe(200);
        (await api.Post("rewards.create", """{"feature_grant": {"id": "ten", "name": "Ten", "grants": [{"feature_id": "words", "included": 10, "expiry": null}], "promo_codes": [{"code": "TEN", "max_uses": null}]}}""")).MustBe(200);
        (await api.Post("rewards.create", """{"coupon": {"id": "one", "name": "One", "type": "fixed_discount", "value": 1, "duration": {"type": "one_off", "length": null}, "plan_ids": null, "promo_codes": [{"code": "ONE", "global_max_redemption": 1}]}}""")).MustBe(200);
        (await api.Post("referral_programs.create", """{"id": "friends", "reward_id": "ten", "redeem_on": "checkout", "received_by": "referrer", "max_redemptions": 2, "plan_ids": null, "exclude_trial": true}""")).MustBe(200);
    }

    /// <summary>A program that gives 10 words, under the id of its reward.</summary>
    private async Task<string> Program(string redeemOn, string receiver, bool excludesTrials = false, string[]? plans = null, int? most = null)
    {
        var id = $"P{Interlocked.Increment(ref _last)}";
        (await Api.Post("rewards.create", new { feature_grant = new { id, name = id, grants = new[] { new { feature_id = "words", included = 10 } }, promo_codes = new[] { new { code = id, max_uses = (int?)null } } } })).MustBe(200);
        (await Api.Post("referral_programs.create", new { id, reward_id = id, redeem_on = redeemOn, received_by = receiver, exclude_trial = excludesTrials, plan_ids = plans, max_redemptions = most })).MustBe(200);
        return id;
    }

    private async Task<string> Code(string customer, string program) => (await Api.Post("referrals.create_code", new { customer_id = customer, program_id = program })).MustBe(200).Word("code")!;

    private Task<Reply> Redeem(string code, string customer) => Api.Post("referrals.redeem_code", new { code, customer_id = customer });

    private async Task<decimal> Words(string customer) => (await Api.Post("customers.get", new { customer_id = customer })).MustBe(200)["balances.words.remaining"]?.GetDecimal() ?? 0;

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);
}
