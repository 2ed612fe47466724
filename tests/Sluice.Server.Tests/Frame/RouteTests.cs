using System.Text.Json;

namespace Sluice.Server.Tests.Frame;

/// <summary>Paths that are not served, and those that are open to everyone.</summary>
public sealed class RouteTests(OneServer one) : IClassFixture<OneServer>
{
    [Theory]
    [InlineData("POST", "/v1/nope.nope")]
    [InlineData("GET", "/v1/nope")]
    [InlineData("POST", "/v1/customers.get/extra")]
    [InlineData("GET", "/v1/balances.check")]
    [InlineData("PUT", "/v1/balances.check")]
    [InlineData("DELETE", "/v1/check")]
    [InlineData("GET", "/v2/foo")]
    [InlineData("POST", "/v1/billing/nothing")]
    [InlineData("GET", "/")]
    public async Task A_route_that_is_not_served_is_404_in_the_shape_of_every_error(string method, string path)
    {
        foreach (var key in (string?[])[ServerProcess.SandboxKey, null])
        {
            using var api = one.Server.Client(key);
            var reply = await api.Send(new HttpMethod(method), path, method == "GET" ? null : "{}");
            Assert.Equal((404, "route_not_found"), (reply.Status, reply.Code));
            Assert.Equal(JsonValueKind.String, reply["env"]!.Value.ValueKind);
        }
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/version")]
    public async Task Health_and_version_need_no_key(string path)
    {
        using var api = one.Server.Client(key: null);
        Assert.Equal(200, (await api.Get(path)).Status);
    }

    [Fact]
    public async Task Every_answer_is_json_with_its_length()
    {
        foreach (var reply in (Reply[])[await one.Server.Api.Check("nobody"), await one.Server.Api.Post("customers.list", new { }), await one.Server.Api.Get("/v1/nope")])
        {
            Assert.Equal("application/json; charset=utf-8", reply.Raw.Content.Headers.ContentType!.ToString());
            Assert.NotNull(reply.Raw.Content.Headers.ContentLength);
            Assert.False(reply.Raw.Headers.Contains("Server"));
        }
    }

    [Theory]
    [InlineData("/v1/check")]
    [InlineData("/v1/entitled")]
    public async Task The_twins_of_check_answer_as_it_does(string path)
    {
        await one.Server.Api.Create("twin");
        var body = new { customer_id = "twin", feature_id = "messages" };
        Assert.Equal((await one.Server.Api.Post("balances.check", body)).Text, (await one.Server.Api.Post(path, body)).Text);
    }

    [Fact]
    public async Task The_twins_of_track_record_as_it_does()
    {
        await one.Server.Api.Create("tracker");
        foreach (var path in (string[])["/v1/track", "/v1/events"]) (await one.Server.Api.Post(path, new { customer_id = "tracker", feature_id = "messages", value = 2 })).MustBe(200);
        Assert.Equal(96, await one.Server.Api.Remaining("tracker"));
    }
}
