using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Isolation;

/// <summary>
/// A scope in which there is one of everything, under ids that are there and nowhere else. Names, emails, metadata and
/// addresses hold a word that is never sent to anybody else: who shows it has shown what is not theirs.
/// </summary>
internal sealed class Furnished
{
    private readonly string _tag;

    private Furnished(string tag) => _tag = tag;

    /// <summary>Stands in every text that is shown and not asked by.</summary>
    public string Secret => $"Hush-{_tag}-";

    /// <summary>What things are called here, by the name of the field that asks for them. The first is the one to ask with.</summary>
    public Dictionary<string, JsonNode> Ids { get; } = [];

    public string Customer => $"ada-{_tag}";

    public string Friend => $"bob-{_tag}";

    public static async Task<Furnished> Furnish(ApiClient api, string tag, bool hasCards)
    {
        var scope = new Furnished(tag);
        await scope.Catalog(api);
        await scope.Customers(api);
        await scope.Bills(api, hasCards);
        await scope.Rewards(api);
        await scope.Rest(api);
        return scope;
    }

    private async Task Catalog(ApiClient api)
    {
        var (calls, seats, credits) = ($"calls-{_tag}", $"seats-{_tag}", $"credits-{_tag}");
        await Ok(api, "features.create", new { feature_id = calls, name = Secret + "calls", type = "metered", consumable = true });
        await Ok(api, "features.create", new { feature_id = seats, name = Secret + "seats", type = "metered", consumable = false });
        await Ok(api, "features.create", new { feature_id = credits, name = Secret + "credits", type = "credit_system", credit_schema = new[] { new { metered_feature_id = calls, credit_cost = 2 } } });
        await Ok(api, "plans.create", new { plan_id = $"seat-{_tag}", name = Secret + "licence", group = "licences", items = new[] { new { feature_id = calls, included = 5 } } });
        await Ok(api, "plans.create", new
        {
            plan_id = $"pro-{_tag}", name = Secret + "plan", description = Secret + "about", price = new { amount = 20, interval = "month" },
            items = new object[] { new { feature_id = calls, included = 100, reset = new { interval = "month" } }, new { feature_id = seats, included = 3 } },
            licenses = new[] { new { license_plan_id = $"seat-{_tag}", included = 2 } },
        });
        foreach (var field in (string[])["feature_id", "metered_feature_id", "new_feature_id", "entity_feature_id"]) Ids[field] = field == "entity_feature_id" ? seats : calls;
        foreach (var field in (string[])["plan_id", "product_id", "base_plan_id", "parent_plan_id", "auto_enable_plan_id", "upgrade_product_id", "new_plan_id"]) Ids[field] = $"pro-{_tag}";
        Ids["license_plan_id"] = $"seat-{_tag}";
        foreach (var field in (string[])["plan_ids", "additional_product_ids", "remove_plan_ids", "skip_plan_ids", "customer_product_ids"]) Ids[field] = new JsonArray($"pro-{_tag}");
        foreach (var field in (string[])["feature_ids", "skip_feature_ids"]) Ids[field] = new JsonArray(calls);
    }

    private async Task Customers(ApiClient api)
    {
        var calls = Ids["feature_id"].ToString();
        foreach (var (id, name) in ((string, string)[])[(Customer, "ada"), (Friend, "bob")])
        {
            await Ok(api, "customers.get_or_create", new { customer_id = id, name = Secret + name, email = $"{Secret}{name}@example.com", fingerprint = Secret + name, metadata = new { note = Secret + name } });
        }

        await Ok(api, "entities.create", new { customer_id = Customer, entity_id = $"desk-{_tag}", feature_id = $"seats-{_tag}", name = Secret + "desk" });
        await Ok(api, "balances.create", new { customer_id = Customer, feature_id = calls, included_grant = 50, balance_id = $"gift-{_tag}" });
        await Ok(api, "balances.track", new { customer_id = Customer, feature_id = calls, value = 3, properties = new { note = Secret + "event" }, idempotency_key = $"once-{_tag}" });
        await Ok(api, "balances.check", new { customer_id = Customer, feature_id = calls, required_balance = 2, @lock = new { enabled = true, lock_id = $"hold-{_tag}" } });
        foreach (var field in (string[])["customer_id", "new_customer_id"]) Ids[field] = Customer;
        Ids["customer_ids"] = new JsonArray(Customer);
        Ids["entity_id"] = $"desk-{_tag}";
        Ids["entity_ids"] = new JsonArray($"desk-{_tag}");
        Ids["balance_id"] = $"gift-{_tag}";
        Ids["lock_id"] = $"hold-{_tag}";
        Ids["fingerprint"] = $"print-{_tag}";
    }

    private async Task Bills(ApiClient api, bool hasCards)
    {
        var plan = Ids["plan_id"].ToString();
        if (hasCards) await Ok(api, "customers.set_test_card", new { customer_id = Customer, payment_method = "pm_card_visa" });
        await Ok(api, "billing.attach", hasCards ? new { customer_id = Customer, plan_id = plan } : (object)new { customer_id = Customer, plan_id = plan, no_billing_changes = true });
        await Ok(api, "licenses.attach", new { customer_id = Customer, plan_id = $"seat-{_tag}", entities = new[] { new { entity_id = $"desk-{_tag}" } } });
        await Ok(api, "invoices.insert", new { invoices = new[] { new { customer_id = Customer, stripe_id = $"in_{_tag}", status = "paid", total = 5, created_at = 1_700_000_000_000 } } });
        var shown = await Ok(api, "customers.get", new { customer_id = Customer });
        var invoices = await Ok(api, "invoices.list", new { customer_id = Customer });
        Ids["subscription_id"] = shown.Word("subscriptions.0.id") ?? throw new InvalidOperationException(shown.Text);
        Ids["invoice_id"] = invoices.Word("list.0.id") ?? throw new InvalidOperationException(invoices.Text);
        Ids["voided_invoice_id"] = Ids["invoice_id"].DeepClone();
        Ids["stripe_id"] = $"in_{_tag}";
        Ids["customer_entitlement_id"] = Ids["subscription_id"].ToString().Replace("cus_prod_", "cus_ent_", StringComparison.Ordinal);
        Ids["internal_id"] = string.Join('_', "cus", Ids["subscription_id"].ToString().Split('_')[2]);
    }

    private async Task Rewards(ApiClient api)
    {
        var calls = Ids["feature_id"].ToString();
        await Ok(api, "rewards.create", new { coupon = new { id = $"coupon-{_tag}", name = Secret + "coupon", type = "fixed_discount", value = 1, duration = new { type = "one_off", length = (int?)null }, plan_ids = (string[]?)null, promo_codes = new[] { new { code = $"SPRING-{_tag}" } } } });
        await Ok(api, "rewards.create", new { feature_grant = new { id = $"grant-{_tag}", name = Secret + "grant", grants = new[] { new { feature_id = calls, included = 10 } }, promo_codes = new[] { new { code = $"BETA-{_tag}", max_uses = (int?)null } } } });
        await Ok(api, "referral_programs.create", new { id = $"friends-{_tag}", reward_id = $"grant-{_tag}", redeem_on = "customer_creation", received_by = "referrer" });
        Ids["code"] = (await Ok(api, "referrals.create_code", new { customer_id = Customer, program_id = $"friends-{_tag}" })).Word("code")!;
        Ids["redemption_id"] = (await Ok(api, "referrals.redeem_code", new { code = Ids["code"].ToString(), customer_id = Friend })).Word("id")!;
        Ids["reward_id"] = $"coupon-{_tag}";
        Ids["coupon_id"] = $"coupon-{_tag}";
        Ids["promotion_code"] = $"SPRING-{_tag}";
        foreach (var field in (string[])["program_id", "referral_program_id"]) Ids[field] = $"friends-{_tag}";
    }

    private async Task Rest(ApiClient api)
    {
        Ids["webhook_id"] = (await Ok(api, "webhooks.create", new { url = $"https://{Secret.ToLowerInvariant()}x.invalid/", description = Secret + "webhook", events = new[] { "balances.limit_reached" } })).Word("id")!;
        Ids["message_id"] = "msg_1";
        await Ok(api, "plans.update", new { plan_id = Ids["plan_id"].ToString(), name = Secret + "plan", items = new[] { new { feature_id = Ids["feature_id"].ToString(), included = 200, reset = new { interval = "month" } } }, all_versions = false });
        await Ok(api, "migrations.create", new { migration_id = $"move-{_tag}", plan_id = Ids["plan_id"].ToString() });
        Ids["migration_id"] = $"move-{_tag}";
        Ids["id"] = Customer;
    }

    private static async Task<Reply> Ok(ApiClient api, string operation, object body)
    {
        var reply = await api.Post(operation, body);
        return reply.Status == 200 ? reply : throw new InvalidOperationException($"{operation} {JsonSerializer.Serialize(body)}: {reply}");
    }
}
