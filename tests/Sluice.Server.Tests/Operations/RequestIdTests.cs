using Sluice.Server.Tests.Frame;

namespace Sluice.Server.Tests.Operations;

/// <summary>Every answer says which request it is of.</summary>
public sealed class RequestIdTests(OneServer one) : IClassFixture<OneServer>
{
    [Theory]
    [InlineData("POST", "/v1/balances.check", 404)]
    [InlineData("POST", "/v1/nope.nope", 404)]
    [InlineData("GET", "/v1/customers/nobody", 404)]
    [InlineData("POST", "/v1/billing.import", 400)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/health/ready", 200)]
    [InlineData("GET", "/version", 200)]
    [InlineData("GET", "/openapi.json", 200)]
    [InlineData("GET", "/pay/checkout/nothing", 404)]
    [InlineData("OPTIONS", "/v1/balances.check", 204)]
    public async Task Every_answer_has_an_id_of_its_own(string method, string path, int status)
    {
        var body = method == "POST" ? new { customer_id = "nobody", feature_id = "messages" } : null;
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add(Id((await one.Server.Api.Send(new HttpMethod(method), path, body)).MustBe(status)));
        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, static id => Assert.Matches("^[0-9a-f]{12}-[0-9a-f]{8,}$", id));
    }

    [Fact]
    public async Task So_has_an_answer_to_a_wrong_key_and_to_a_body_that_is_too_large()
    {
        using var stranger = one.Server.Client("am_sk_test_wrong");
        Assert.NotEmpty(Id((await stranger.Check("nobody")).MustBe(401)));

        // Asks before it sends, so that the refusal is read and not cut off by the closed connection.
        Assert.NotEmpty(Id((await one.Server.Api.Post("balances.check", new byte[9_000_000], ("Expect", "100-continue"))).MustBe(413)));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("4bf92f35-77b3.4da6:a3ce_929d", true)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", true)]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234", false)]
    [InlineData("two words", false)]
    [InlineData("<script>", false)]
    [InlineData("am_sk_live_0123456789abcdefghij", false)]
    [InlineData("x:AM_PK_test_0123456789", false)]
    [InlineData("", false)]
    public async Task The_callers_own_id_is_kept_when_it_is_short_and_plain_and_no_key(string sent, bool kept)
    {
        var answered = Id(await one.Server.Api.Get("/health/live", ("X-Request-Id", sent)));
        Assert.Equal(kept, answered == sent);
        Assert.NotEmpty(answered);
    }

    private static string Id(Reply reply) => Assert.Single(reply.Raw.Headers.GetValues("X-Request-Id"));
}
