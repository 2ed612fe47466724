using Sluice.Server.Tests.Frame;

namespace Sluice.Server.Tests.Versions;

/// <summary>What the command line atmn reads at 2.1, which has it from 2.0.</summary>
public sealed class CommandLineTests(OneServer one) : IClassFixture<OneServer>
{
    private static readonly (string, string) TwoOne = ("x-api-version", "2.1.0");

    [Fact]
    public async Task A_customer_by_path_has_its_balances_in_both_words()
    {
        await one.Server.Api.Create("cli");
        (await one.Server.Api.Track("cli", 3)).MustBe(200);
        var customer = (await one.Server.Api.Get("/v1/customers/cli?expand=invoices,rewards,scheduled_subscriptions.plan,balances.feature", TwoOne)).MustBe(200);
        Assert.Empty(customer["scheduled_subscriptions"]!.Value.EnumerateArray());
        Assert.Equal(customer.Number("balances.messages.remaining"), customer.Number("balances.messages.current_balance"));
        Assert.Equal(customer.Number("balances.messages.granted"), customer.Number("balances.messages.granted_balance"));
        Assert.Equal(0, customer.Number("balances.messages.purchased_balance"));
        Assert.Equal(customer.Number("balances.messages.next_reset_at"), customer.Number("balances.messages.reset.resets_at"));
    }

    [Theory]
    [InlineData("2.2.0")]
    [InlineData("")]
    public async Task Not_from_2_2_on(string version)
    {
        await one.Server.Api.Create("cli");
        var customer = (await one.Server.Api.Get("/v1/customers/cli", ("x-api-version", version))).MustFit("customers.get");
        Assert.Null(customer["scheduled_subscriptions"]);
    }

    [Theory]
    [InlineData("2.1.0")]
    [InlineData("2.0")]
    public async Task An_aggregate_by_path_has_each_value_once_in_a_bin(string version)
    {
        var customer = "binned-" + version.Replace('.', '-');
        await one.Server.Api.Create(customer);
        (await one.Server.Api.Track(customer, 3)).MustBe(200);
        var request = $$"""{"customer_id": "{{customer}}", "feature_id": "messages", "range": "24h", "bin_size": "day"}""";
        var older = (await one.Server.Api.Post("/v1/events/aggregate", request, ("x-api-version", version))).MustBe(200);
        Assert.Equal(["period", "messages"], older.List[^1].EnumerateObject().Select(member => member.Name));
        Assert.Equal(3, older.List[^1].GetProperty("messages").GetInt32());
        Assert.Equal(3, older.Number("total.messages.sum"));
    }

    [Fact]
    public async Task Elsewhere_an_aggregate_at_2_1_has_values()
    {
        await one.Server.Api.Create("elsewhere");
        var request = """{"customer_id": "elsewhere", "feature_id": "messages", "range": "24h", "bin_size": "day"}""";
        var today = (await one.Server.Api.Post("events.aggregate", request, TwoOne)).MustBe(200).List[^1];
        Assert.Equal(["period", "values"], today.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Groups_of_an_aggregate_stood_under_the_feature_at_2_0()
    {
        await one.Server.Api.Create("grouped");
        (await one.Server.Api.Post("balances.track", """{"customer_id": "grouped", "feature_id": "messages", "value": 3, "properties": {"model": "a"}}""")).MustBe(200);
        var older = (await one.Server.Api.Post("events.aggregate", """{"customer_id": "grouped", "feature_id": "messages", "range": "24h", "bin_size": "day", "group_by": "properties.model"}""", ("x-api-version", "2.0"))).MustBe(200);
        Assert.Equal(3, older.List[^1].GetProperty("messages").GetProperty("a").GetInt32());
    }
}
