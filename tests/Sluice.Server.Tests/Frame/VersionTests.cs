namespace Sluice.Server.Tests.Frame;

/// <summary>Which versions of the API are spoken.</summary>
public sealed class VersionTests(OneServer one) : IClassFixture<OneServer>
{
    [Theory]
    [InlineData("2.1.0")]
    [InlineData("2.2.0")]
    [InlineData("2.3.0")]
    [InlineData("2.4.0")]
    [InlineData("2.3")]
    [InlineData("2.7.0")]
    [InlineData("2026-03-17")]
    [InlineData("2026-05-13")]
    [InlineData("2026-05-13.clover")]
    [InlineData("2.0.0")]
    [InlineData("2.0")]
    [InlineData("2")]
    [InlineData("2026-03-16")]
    [InlineData("")]
    public async Task Served(string version)
    {
        await one.Server.Api.Create("v");
        var reply = (await one.Server.Api.Post("balances.check", new { customer_id = "v", feature_id = "messages" }, ("x-api-version", version))).MustBe(200);
        Assert.Equal(100, reply.Number(reply["balance.remaining"] is null ? "balance.current_balance" : "balance.remaining"));
    }

    [Theory]
    [InlineData("1.2.0")]
    [InlineData("1.2")]
    [InlineData("1.4")]
    [InlineData("beta")]
    [InlineData("2025-05-05")]
    public async Task Served_in_the_words_of_1_2(string version)
    {
        await one.Server.Api.Create("v");
        Assert.Equal(100, (await one.Server.Api.Post("balances.check", new { customer_id = "v", feature_id = "messages" }, ("x-api-version", version))).MustBe(200).Number("balance"));
    }

    [Theory]
    [InlineData("1.1.0", "1.1")]
    [InlineData("0.2.0", "0.2")]
    [InlineData("0.1", "0.1")]
    [InlineData("1", "0.2")]
    [InlineData("2025-02-01", "0.1")]
    [InlineData("2025-04-01", "0.2")]
    [InlineData("2025-04-17", "1.1")]
    public async Task Too_old(string version, string meaning)
    {
        var reply = await one.Server.Api.Post("balances.check", new { customer_id = "v", feature_id = "messages" }, ("x-api-version", version));
        Assert.Equal((400, "invalid_api_version"), (reply.Status, reply.Code));
        Assert.StartsWith($"\"{version}\" is version {meaning}, which Sluice does not serve: the oldest is 1.2.", reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.3")]
    [InlineData("0.3.0")]
    [InlineData("3.0.0")]
    [InlineData("9.9.9")]
    [InlineData("abc")]
    [InlineData("v2.3.0")]
    [InlineData("2.3.0.1")]
    [InlineData("2.-3")]
    [InlineData("2026-06-01")]
    [InlineData("2026-01-01")]
    [InlineData("2026-05-13clover")]
    public async Task Refused(string version)
    {
        var reply = await one.Server.Api.Post("balances.check", new { customer_id = "v", feature_id = "messages" }, ("x-api-version", version));
        Assert.Equal((400, "invalid_api_version"), (reply.Status, reply.Code));
        Assert.Contains($"\"{version}\"", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_comes_before_a_version()
    {
        using var nobody = one.Server.Client(key: null);
        Assert.Equal(401, (await nobody.Post("balances.check", new { }, ("x-api-version", "1.1.0"))).Status);
    }
}
