using Sluice.Server.Tests.Frame;

namespace Sluice.Server.Tests.Versions;

/// <summary>Tokens tracked by older callers: they read what they read of a track.</summary>
public sealed class TokenTests(OneServer one) : IClassFixture<OneServer>
{
    private const string Tokens = """{"customer_id": "ada", "model_id": "custom/mine", "input_tokens": 1000, "output_tokens": 0}""";

    [Fact]
    public async Task An_older_caller_reads_a_track_in_the_words_of_its_version()
    {
        (await one.Server.Api.Post("features.create", """{"feature_id": "ai", "name": "AI", "type": "ai_credit_system", "model_markups": {"custom/mine": {"input_cost": 1000, "output_cost": 1}}}""")).MustBe(200);
        await one.Server.Api.Create("ada");
        (await one.Server.Api.Post("balances.create", """{"customer_id": "ada", "feature_id": "ai", "included_grant": 10}""")).MustBe(200);

        var two = (await one.Server.Api.Post("/v1/track_tokens", Tokens, ("x-api-version", "2.0"))).MustBe(200);
        Assert.Equal((1m, 9m), (two.Number("value"), two.Number("balance.current_balance")));
        Assert.DoesNotContain("deductions", two.Text, StringComparison.Ordinal);

        var oneTwo = (await one.Server.Api.Post("/v1/track_tokens", Tokens, ("x-api-version", "1.2"))).MustBe(200);
        Assert.Equal(("event_received", "ai"), (oneTwo.Word("code"), oneTwo.Word("feature_id")));

        var newcomer = Tokens.Replace("ada", "nora", StringComparison.Ordinal).Replace("\"model_id\"", "\"feature_id\": \"ai\", \"model_id\"", StringComparison.Ordinal);
        (await one.Server.Api.Post("/v1/track_tokens", newcomer, ("x-api-version", "2.0"))).MustBe(200);
        (await one.Server.Api.Post("/v1/track_tokens", newcomer.Replace("nora", "nobody", StringComparison.Ordinal))).MustBe(404);
    }
}
