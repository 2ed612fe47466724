using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Core;
using Sluice.Server.Api.Balances;

namespace Sluice.Server.Tests.Balances;

/// <summary>balances.explain and the explanation of a check. The demo's free plan: 100 messages, 1 USD of credits, premium messages cost 0.10.</summary>
public sealed partial class ExplainTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start();
        await _server.Api.Create("ada");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("""{"feature_id": "messages"}""", true, "check", "included", 1, 100)]
    [InlineData("""{"feature_id": "messages", "required_balance": 101}""", false, "check", "included", 101, 100)]
    [InlineData("""{"feature_id": "premium_messages", "required_balance": 11}""", false, "check", "included", 1.1, 1)]
    [InlineData("""{"feature_id": "priority_support"}""", false, "check", "no_balance", 1, null)]
    [InlineData("""{"feature_id": "messages", "value": 101}""", true, "track", "capped", 101, 100)]
    [InlineData("""{"feature_id": "messages", "value": 101, "overage_behavior": "reject"}""", false, "track", "insufficient_balance", 101, 100)]
    [InlineData("""{"feature_id": "messages", "required_balance": 101, "send_event": true}""", false, "track", "insufficient_balance", 101, 100)]
    [InlineData("""{"feature_id": "messages", "required_balance": 3, "lock": {"enabled": true, "lock_id": "l"}}""", true, "track", "served", 3, 3)]
    [InlineData("""{"feature_id": "messages", "value": -5}""", true, "track", "gives_back", -5, 0)]
    public async Task Asked_then_explained_and_nothing_changed(string asked, bool allowed, string kind, string rule, double required, int? available)
    {
        var reply = (await Explain("ada", asked)).MustFit("balances.explain");
        var decides = reply["considered"]!.Value.EnumerateArray().Single(one => one.GetProperty("decides").GetBoolean());
        Assert.Equal((allowed, kind, rule), (reply.Flag("allowed"), reply.Word("question.kind"), decides.GetProperty("rule").GetString()));
        Assert.Equal((decimal)required, decides.GetProperty("compared").GetProperty("required").GetDecimal());
        Assert.Equal(available, decides.GetProperty("compared").GetProperty("available") is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null);
        Assert.Equal(100, await _server.Api.Remaining("ada"));
        Assert.Empty((await _server.Api.Post("events.list", "{}")).MustBe(200).List);
    }

    [Fact]
    public async Task Balances_are_told_in_the_order_they_are_drawn_on_with_what_each_gives()
    {
        await _server.Api.Grant("ada", 5);
        var reply = (await Explain("ada", """{"feature_id": "messages", "value": 103}""")).MustBe(200);
        Assert.Equal(
            ["free v1 first empty 100", "- v- next_reset_at served 3"],
            reply["considered.0.balances"]!.Value.EnumerateArray().Select(balance =>
                $"{balance.GetProperty("plan_id").GetString() ?? "-"} v{Or(balance, "plan_version")} {balance.GetProperty("placed_by")} {balance.GetProperty("stop")} {balance.GetProperty("amount")}"));
        Assert.Equal("Allowed: served, 103 of messages asked for, 103 available.", reply.Word("summary"));
    }

    [Fact]
    public async Task A_check_carries_the_same_explanation_when_it_asks()
    {
        var check = (await _server.Api.Post("balances.check", """{"customer_id": "ada", "feature_id": "messages", "required_balance": 101, "explain": true}""")).MustFit("balances.check");
        var alone = (await Explain("ada", """{"feature_id": "messages", "required_balance": 101}""")).MustBe(200);
        Shop.Same(WithoutMoment(alone.Json), JsonDocument.Parse(WithoutMoment(check["explanation"]!.Value)).RootElement);
        Assert.Null((await _server.Api.Check("ada")).MustBe(200)["explanation"]);
    }

    [Fact]
    public async Task A_denied_send_event_is_explained_and_a_recorded_one_is_not()
    {
        var denied = (await _server.Api.Post("balances.check", """{"customer_id": "ada", "feature_id": "messages", "required_balance": 101, "send_event": true, "explain": true}""")).MustFit("balances.check");
        Assert.Equal((false, "insufficient_balance"), (denied.Flag("allowed"), denied.Word("explanation.considered.0.rule")));
        var recorded = (await _server.Api.Post("balances.check", """{"customer_id": "ada", "feature_id": "messages", "send_event": true, "explain": true}""")).MustFit("balances.check");
        Assert.True(recorded.Flag("allowed"));
        Assert.Null(recorded["explanation"]);
    }

    [Fact]
    public async Task Controls_are_told_with_whose_they_are_and_what_is_left_of_them()
    {
        (await _server.Api.Post("customers.update", """{"customer_id": "ada", "billing_controls": {"usage_limits": [{"feature_id": "messages", "limit": 5, "interval": "day"}]}}""")).MustBe(200);
        await _server.Api.Track("ada", 3);
        var reply = (await Explain("ada", """{"feature_id": "messages", "required_balance": 3}""")).MustFit("balances.explain");
        Assert.Equal("usage_limit", reply.Word("considered.0.rule"));
        Assert.Equal(("usage_limit", "customer", "day"), (reply.Word("controls.0.kind"), reply.Word("controls.0.source"), reply.Word("controls.0.interval")));
        Assert.Equal((5, 3, 2), (reply.Number("controls.0.limit"), reply.Number("controls.0.used"), reply.Number("controls.0.left")));
    }

    [Theory]
    [InlineData("ada", """{"feature_id": "nope"}""", 404, "feature_not_found")]
    [InlineData("ada", """{"feature_id": "nope", "value": 1}""", 404, "feature_not_found")]
    [InlineData("nobody", """{"feature_id": "messages"}""", 404, "customer_not_found")]
    [InlineData("nobody", """{"feature_id": "messages", "value": 1}""", 404, "customer_not_found")]
    [InlineData("ada", """{"product_id": "free"}""", 400, "invalid_inputs")]
    [InlineData("ada", """{"feature_id": "messages", "value": 1, "required_balance": 1}""", 400, "invalid_inputs")]
    [InlineData("ada", """{"feature_id": "messages", "value": 1, "timestamp": 33000000000000}""", 400, "invalid_inputs")]
    [InlineData("ada", """{"event_name": "nothing"}""", 404, "invalid_request")]
    public async Task What_cannot_be_asked_is_refused(string customer, string asked, int status, string code)
    {
        var reply = await Explain(customer, asked);
        Assert.Equal((status, code), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task Not_even_an_older_caller_makes_a_customer_by_asking()
    {
        var reply = await _server.Api.Post("balances.explain", """{"customer_id": "new", "feature_id": "messages"}""", ("x-api-version", "1.2"));
        Assert.Equal("customer_not_found", reply.MustBe(404).Code);
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("2.0")]
    public async Task Older_callers_get_the_explanation_of_a_check_too(string version)
    {
        var reply = await _server.Api.Post("balances.check", """{"customer_id": "ada", "feature_id": "messages", "explain": true}""", ("x-api-version", version));
        Assert.Equal("included", reply.MustBe(200).Word("explanation.considered.0.rule"));
    }

    [Fact]
    public async Task The_example_of_the_page_is_so()
    {
        foreach (var (operation, body) in ((string, string)[])[
            ("features.create", """{"feature_id": "images", "name": "Images", "type": "metered", "consumable": true}"""),
            ("features.create", """{"feature_id": "credits", "name": "Credits", "type": "credit_system", "credit_schema": [{"metered_feature_id": "images", "credit_cost": 2}]}"""),
            ("plans.create", """{"plan_id": "pictures", "name": "Pictures", "add_on": true, "items": [{"feature_id": "images", "included": 5, "reset": {"interval": "month"}}]}"""),
            ("billing.attach", """{"customer_id": "ada", "plan_id": "pictures"}"""),
            ("balances.create", """{"customer_id": "ada", "feature_id": "credits", "included_grant": 10}"""),
            ("balances.track", """{"customer_id": "ada", "feature_id": "images", "value": 3}""")])
            (await _server.Api.Post(operation, body)).MustBe(200);
        var check = (await Explain("ada", """{"feature_id": "images", "required_balance": 4}""")).MustBe(200);
        Assert.Equal("Allowed: included, 8 of credits asked for, 10 available.", check.Word("summary"));
        Assert.Equal(["images False 2", "credits True 10"], check["considered"]!.Value.EnumerateArray().Select(one => $"{one.GetProperty("feature_id")} {one.GetProperty("decides")} {one.GetProperty("compared").GetProperty("available")}"));
        Assert.Equal((2, "no_overage", 2), (check.Number("considered.1.balances.0.credit_cost"), check.Word("considered.0.balances.0.stop"), check.Number("considered.0.balances.0.left")));

        var track = (await Explain("ada", """{"feature_id": "images", "value": 4}""")).MustBe(200);
        Assert.Equal(["images 2 2 empty", "credits 2 4 served"], track["considered.0.balances"]!.Value.EnumerateArray()
            .Select(one => $"{one.GetProperty("feature_id")} {one.GetProperty("units")} {one.GetProperty("amount")} {one.GetProperty("stop")}"));
    }

    [Fact]
    public async Task An_entity_asks_for_itself()
    {
        (await _server.Api.Post("entities.create", """{"customer_id": "ada", "entity_id": "e1", "feature_id": "seats"}""")).MustBe(200);
        (await _server.Api.Post("balances.create", """{"customer_id": "ada", "entity_id": "e1", "feature_id": "messages", "included_grant": 7}""")).MustBe(200);
        var own = (await Explain("ada", """{"feature_id": "messages", "entity_id": "e1", "value": 9}""")).MustFit("balances.explain");
        Assert.Equal(["e1 first 7", " holder 2"], own["considered.0.balances"]!.Value.EnumerateArray().Select(one => $"{one.GetProperty("entity_id").GetString()} {one.GetProperty("placed_by")} {one.GetProperty("amount")}"));
        var whole = (await Explain("ada", """{"feature_id": "messages"}""")).MustFit("balances.explain");
        Assert.Equal(("entity_balance", "e1"), (whole.Word("left_out.0.reason"), whole.Word("left_out.0.entity_id")));
        Assert.Equal("entity_not_found", (await Explain("ada", """{"feature_id": "messages", "entity_id": "none"}""")).MustBe(404).Code);
        Assert.Equal("entity_not_found", (await Explain("ada", """{"feature_id": "messages", "entity_id": "none", "value": 1}""")).MustBe(404).Code);
        var check = (await _server.Api.Post("balances.check", """{"customer_id": "ada", "entity_id": "e1", "feature_id": "messages", "required_balance": 200, "explain": true, "with_preview": true}""")).MustFit("balances.check");
        Assert.Equal(("e1", "e1"), (check.Word("entity_id"), check.Word("explanation.entity_id")));
        Assert.Equal("free", check.Word("preview.upgrade_product_id"));
        Assert.False((await _server.Api.Post("balances.check", """{"customer_id": "ada", "entity_id": "e1", "product_id": "free"}""")).MustFit("balances.check").Flag("allowed"));
    }

    /// <summary>The page lists every code under the heading of what it is a code of, and no other.</summary>
    [Theory]
    [InlineData("Rules of a check")]
    [InlineData("Ends of a track")]
    [InlineData("Keys of the order")]
    [InlineData("Why a balance gives no more")]
    [InlineData("Why a balance is left out")]
    public void Every_code_is_documented(string heading)
    {
        var codes = heading switch
        {
            "Rules of a check" => Enum.GetValues<AccessRule>().Where(rule => rule != AccessRule.Recorded).Select(ExplanationWords.Of),
            "Ends of a track" => Enum.GetValues<TrackRule>().Select(ExplanationWords.Of),
            "Keys of the order" => Enum.GetValues<OrderKey>().Select(ExplanationWords.Of),
            "Why a balance gives no more" => Enum.GetValues<DrawStop>().Select(ExplanationWords.Of),
            _ => Enum.GetValues<LeftOutReason>().Select(ExplanationWords.Of),
        };
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "explain.md")).ReplaceLineEndings("\n");
        var section = page.Split("\n## ").Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        Assert.Equal(codes.Order(), FirstCell().Matches(section).Select(match => match.Groups[1].Value).Order());
    }

    private Task<Reply> Explain(string customer, string asked) => _server.Api.Post("balances.explain", $$"""{"customer_id": "{{customer}}", {{asked[1..]}}""");

    private static string Or(JsonElement balance, string field) => balance.GetProperty(field) is { ValueKind: JsonValueKind.Number } number ? number.ToString() : "-";

    private static string WithoutMoment(JsonElement explanation) => Moment().Replace(explanation.GetRawText(), "\"at\":0");

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Sluice.slnx"))) at = at.Parent!;
        return at.FullName;
    }

    [GeneratedRegex("\"at\":[0-9]+")]
    private static partial Regex Moment();

    [GeneratedRegex(@"^\| `([a-z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex FirstCell();
}
