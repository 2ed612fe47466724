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
    [InlineData("")]
    public async Task Served(string version)
    {
        await one.Server.Api.Create("v");
        Assert.Equal(100, (await one.Server.Api.Post("balances.check", new { customer_id = "v", feature_id = "messages" }, ("x-api-version", version))).MustBe(200).Number("balance.remaining"));
    }

    [Theory]
    [InlineData("2.0.0")]
    [InlineData("2")]
    [InlineData("1.2.0")]
    [InlineData("1.4")]
    [InlineData("0.2.0")]
    [InlineData("beta")]
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
        Assert.Equal(401, (await nobody.Post("balances.check", new { }, ("x-api-version", "1.2.0"))).Status);
    }
}
