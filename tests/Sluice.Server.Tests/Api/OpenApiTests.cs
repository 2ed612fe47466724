using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Server.Api;

namespace Sluice.Server.Tests;

public sealed class OpenApiTests : IAsyncLifetime
{
    private const string NotSupported = "Not supported yet: refused with 400 not_supported.";
    private const string NoEffect = "Accepted, without effect: ";

    // What a request needs beside the required fields of its schema.
    private static readonly Dictionary<string, string> Also = new()
    {
        ["balances.check"] = """{"feature_id": "messages"}""",
        ["balances.explain"] = """{"feature_id": "messages"}""",
        ["balances.track"] = """{"feature_id": "messages"}""",
        ["balances.batch_track"] = """{"feature_id": "messages"}""",
        ["billing.multi_attach"] = """{"plans": [{"plan_id": "pro"}]}""",
        ["billing.preview_multi_attach"] = """{"plans": [{"plan_id": "pro"}]}""",
        ["billing.create_schedule"] = """{"phases": [{"plans": [{"plan_id": "pro"}]}]}""",
        ["billing.multi_update"] = """{"updates": [{"cancel_action": "uncancel"}]}""",
    };

    private RunningServer _server = null!;

    public static TheoryData<string, string> Requests
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (method, path, operation) in ApiDocument.Ours.Operations)
            {
                if (ApiDocument.Ours.RequestSchema(operation) is not null) data.Add(method, path);
            }

            return data;
        }
    }

    public async Task InitializeAsync() => _server = await RunningServer.Start();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_document_is_open_to_everyone_and_describes_this_server()
    {
        using var anyone = _server.Client(key: null);
        var document = ApiDocument.Of((await anyone.Get(OpenApi.Path)).MustBe(200).Text).Root;
        Assert.Equal("Sluice", document.GetProperty("info").GetProperty("title").GetString());
        Assert.Equal("/", Assert.Single(document.GetProperty("servers").EnumerateArray()).GetProperty("url").GetString());
    }

    [Fact]
    public void Every_route_is_described_and_every_description_is_served() => Assert.Equal(
        Routes.All.Select(route => $"{route.Method} {route.Path}").Order(),
        ApiDocument.Ours.Operations.Select(one => $"{one.Method} {one.Path}").Order());

    [Fact]
    public void Every_operation_has_an_id_of_its_own_and_every_reference_leads_somewhere()
    {
        var ids = ApiDocument.Ours.Operations.Select(one => one.Operation.GetProperty("operationId").GetString()!).ToList();
        Assert.Equal(ids.Distinct(), ids);
        var components = ApiDocument.Ours.Root.GetProperty("components");
        foreach (var reference in References(ApiDocument.Ours.Root))
        {
            var steps = reference.Split('/');
            Assert.True(components.GetProperty(steps[2]).TryGetProperty(steps[3], out _), reference);
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Every_field_of_a_request_is_read_or_refused_by_name(string method, string path)
    {
        var operation = ApiDocument.Ours.Operations.Single(one => one.Method == method && one.Path == path).Operation;
        var also = Also.TryGetValue(Routes.All.Single(route => route.Method == method && route.Path == path).Operation, out var more) ? JsonNode.Parse(more)!.AsObject() : [];
        var wrong = new List<string>();
        foreach (var field in RequestFields.Of(ApiDocument.Ours, ApiDocument.Ours.RequestSchema(operation)!.Value, also))
        {
            var reply = await _server.Api.Send(new HttpMethod(method), Filled(path), field.Request.ToJsonString());
            var description = field.Schema.TryGetProperty("description", out var text) ? text.GetString() : null;
            var described = description == NotSupported;
            if (description?.StartsWith(NoEffect, StringComparison.Ordinal) == true) continue;
            var named = reply is { Status: 400, Code: "invalid_inputs" or "not_supported" } && reply.Message.Contains(field.Path, StringComparison.Ordinal);
            if (!named) wrong.Add($"{field.Path} is ignored: {reply}");
            else if (described != (reply.Code == "not_supported")) wrong.Add($"{field.Path} is {(described ? "not " : "")}refused as not supported: {reply}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // Everything else of a request is acted on or refused. The document gives the reasons.
    [Theory]
    [InlineData("plans.create", """{"plan_id": "new", "name": "New", "create_in_stripe": false}""")]
    [InlineData("plans.update", """{"plan_id": "pro", "create_in_stripe": true}""")]
    [InlineData("plans.create", """{"plan_id": "new", "name": "New", "items": [{"feature_id": "messages", "entitlement_id": "ent_1", "price_id": "pr_1"}]}""")]
    [InlineData("plans.create", """{"plan_id": "new", "name": "New", "billing_controls": {"auto_topups": [{"feature_id": "messages", "threshold": 1, "quantity": 1, "purchase_limit": {"interval": "day", "limit": 3, "count": 2}}]}}""")]
    [InlineData("billing.attach", """{"customer_id": "ada", "plan_id": "pro", "no_billing_changes": true, "metadata": {"a": "b"}, "checkout_session_params": {"a": 1}}""")]
    [InlineData("billing.open_customer_portal", """{"customer_id": "ada", "configuration_id": "any"}""")]
    [InlineData("invoices.list", """{"processor_types": ["stripe"]}""")]
    [InlineData("catalog.preview_update", """{"plans": [{"plan_id": "new", "name": "New", "include_versions": true, "include_variants": true}], "skip_deletions": true}""")]
    public async Task Accepted_without_effect(string operation, string request)
    {
        await _server.Api.Create("ada");
        (await _server.Api.Post(operation, request)).MustBe(200);
    }

    [Fact]
    public void No_other_field_is_without_effect() => Assert.Equal(
        ["async", "auto_topups", "checkout_session_params", "configuration_id", "count", "create_in_stripe", "disable_overage_billing", "entitlement_id", "include_variants", "include_versions", "metadata", "price_id", "processor_types", "redirect_mode", "subscription_params"],
        Descriptions(ApiDocument.Ours.Root).Where(one => one.Text.StartsWith(NoEffect, StringComparison.Ordinal)).Select(one => one.Field).Distinct().Order());

    [Theory]
    [InlineData("customers.get_or_create", """{"customer_id": "ada", "name": "Ada", "expand": ["balances.feature", "flags.feature", "subscriptions.plan", "purchases.plan", "invoices", "entities", "trials_used", "referrals", "rewards", "invoice_previews"]}""")]
    [InlineData("customers.get", """{"customer_id": "ada", "expand": ["balances.feature", "flags.feature", "subscriptions.plan", "purchases.plan"]}""")]
    [InlineData("customers.list", "{}")]
    [InlineData("customers.update", """{"customer_id": "ada", "metadata": {"a": 1}}""")]
    [InlineData("balances.check", """{"customer_id": "ada", "feature_id": "premium_messages", "send_event": true, "expand": ["balance.feature"]}""")]
    [InlineData("balances.check", """{"customer_id": "ada", "feature_id": "priority_support", "expand": ["flag.feature"]}""")]
    [InlineData("balances.check", """{"customer_id": "ada", "feature_id": "messages", "required_balance": 1000000}""")]
    [InlineData("balances.check", """{"customer_id": "ada", "feature_id": "seats", "required_balance": 1000000, "with_preview": true}""")]
    [InlineData("balances.check", """{"customer_id": "ada", "product_id": "pro"}""")]
    [InlineData("balances.check", """{"customer_id": "ada", "feature_id": "messages", "explain": true}""")]
    [InlineData("balances.check", """{"customer_id": "ada", "feature_id": "seats", "required_balance": 1000, "send_event": true, "explain": true}""")]
    [InlineData("balances.explain", """{"customer_id": "ada", "feature_id": "messages", "required_balance": 1000000}""")]
    [InlineData("balances.explain", """{"customer_id": "ada", "feature_id": "premium_messages", "value": 200, "overage_behavior": "reject"}""")]
    [InlineData("balances.track", """{"customer_id": "ada", "feature_id": "messages", "value": 2, "properties": {"a": 1}, "expand": ["balance.feature"]}""")]
    [InlineData("balances.create", """{"customer_id": "ada", "feature_id": "messages", "included_grant": 5}""")]
    [InlineData("balances.update", """{"customer_id": "ada", "feature_id": "messages", "add_to_balance": 5}""")]
    [InlineData("events.list", "{}")]
    [InlineData("events.aggregate", """{"feature_id": "messages", "group_by": "$customer_id"}""")]
    [InlineData("billing.attach", """{"customer_id": "ada", "plan_id": "credit_pack", "no_billing_changes": true}""")]
    [InlineData("features.list", "{}")]
    [InlineData("plans.list", """{"customer_id": "ada", "expand": ["items.feature"]}""")]
    [InlineData("catalog.preview_update", """{"plans": [{"plan_id": "pro", "name": "Professional"}]}""")]
    [InlineData("catalog.update", """{"plans": [{"plan_id": "new", "name": "New"}], "skip_deletions": true}""")]
    [InlineData("rewards.create", """{"coupon": {"id": "autumn", "name": "Autumn", "type": "fixed_discount", "value": 5, "duration": {"type": "months", "length": 3}, "plan_ids": ["pro"], "promo_codes": [{"code": "AUTUMN"}]}}""")]
    [InlineData("rewards.create", """{"feature_grant": {"id": "beta", "grants": [{"feature_id": "messages", "included": 5, "expiry": {"type": "month", "length": 1}}], "promo_codes": [{"code": "BETA", "max_uses": 5}]}}""")]
    [InlineData("rewards.create", """{"free_product": {"id": "gift", "plan_id": "pro"}}""")]
    [InlineData("rewards.get", """{"reward_id": "spring"}""")]
    [InlineData("rewards.list", "{}")]
    [InlineData("rewards.update", """{"reward_id": "spring", "coupon": {"promo_codes": []}}""")]
    [InlineData("rewards.redeem", """{"code": "SPRING", "customer_id": "ada"}""")]
    [InlineData("referral_programs.create", """{"id": "more", "reward_id": "spring", "redeem_on": "checkout", "received_by": "all", "max_redemptions": 5, "plan_ids": ["pro"]}""")]
    [InlineData("referral_programs.get", """{"referral_program_id": "friends"}""")]
    [InlineData("referral_programs.list", "{}")]
    [InlineData("referral_programs.update", """{"referral_program_id": "friends", "received_by": "all"}""")]
    [InlineData("referral_programs.delete", """{"referral_program_id": "friends"}""")]
    [InlineData("referrals.create_code", """{"program_id": "friends", "customer_id": "ada"}""")]
    [InlineData("customers.delete", """{"customer_id": "ada"}""")]
    public async Task An_answer_has_the_shape_the_document_gives(string operation, string request)
    {
        await _server.Api.Create("ada");
        foreach (var plan in (string[])["pro", "credit_pack"])
            (await _server.Api.Post("billing.attach", new { customer_id = "ada", plan_id = plan, no_billing_changes = true })).MustBe(200);
        (await _server.Api.Track("ada", 1)).MustBe(200);
        (await _server.Api.Post("rewards.create", """{"coupon": {"id": "spring", "type": "percentage_discount", "value": 20, "duration": {"type": "one_off", "length": null}, "promo_codes": [{"code": "SPRING"}]}}""")).MustBe(200);
        (await _server.Api.Post("referral_programs.create", """{"id": "friends", "reward_id": "spring", "redeem_on": "customer_creation", "received_by": "referrer"}""")).MustBe(200);
        (await _server.Api.Post(operation, request)).MustFit(operation);
    }

    [Fact]
    public async Task Query_parameters_are_read()
    {
        foreach (var (method, path, operation) in ApiDocument.Ours.Operations)
        {
            foreach (var parameter in operation.GetProperty("parameters").EnumerateArray().Where(one => one.TryGetProperty("in", out var at) && at.GetString() == "query"))
            {
                var (name, types) = (parameter.GetProperty("name").GetString()!, ApiDocument.Ours.Types(parameter.GetProperty("schema")));
                if (types.Contains("string") || types.Contains("array")) continue;
                var reply = await _server.Api.Send(new HttpMethod(method), $"{Filled(path)}?{name}=wrong", null);
                Assert.True(reply is { Status: 400, Code: "invalid_inputs" } && reply.Message.Contains(name, StringComparison.Ordinal), $"{method} {path}?{name}: {reply}");
            }
        }
    }

    [Fact]
    public async Task The_yardstick_tells_a_plan_from_a_feature()
    {
        var plan = await _server.Api.Post("plans.get", """{"plan_id": "pro"}""");
        var misfit = Assert.Throws<InvalidOperationException>(() => plan.MustFit("features.get"));
        Assert.Contains("answer lacks type", misfit.Message);
        Assert.Contains("answer.items is not described", misfit.Message);
    }

    private static string Filled(string path) => path.Replace("{customer_id}", "nobody").Replace("{feature_id}", "nothing").Replace("{plan_id}", "none");

    private static IEnumerable<(string Field, string Text)> Descriptions(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Object => at.EnumerateObject().SelectMany(one => one.Value.ValueKind == JsonValueKind.Object && one.Value.TryGetProperty("description", out var text) && text.ValueKind == JsonValueKind.String
            ? Descriptions(one.Value).Prepend((one.Name, text.GetString()!))
            : Descriptions(one.Value)),
        JsonValueKind.Array => at.EnumerateArray().SelectMany(Descriptions),
        _ => [],
    };

    private static IEnumerable<string> References(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Object => at.EnumerateObject().SelectMany(one => one.NameEquals("$ref") ? [one.Value.GetString()!] : References(one.Value)),
        JsonValueKind.Array => at.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
