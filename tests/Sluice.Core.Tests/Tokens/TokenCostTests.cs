using System.Collections.Immutable;
using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Tokens;

/// <summary>What tokens cost in USD, and who pays for them.</summary>
public class TokenCostTests
{
    private static readonly ModelPrices Prices = new(new Dictionary<string, ModelPrice>
    {
        ["acme/plain"] = new(new ModelRates(10, 30), []),
        ["acme/full"] = new(new ModelRates(10, 30) { CacheRead = 1, CacheWrite = 12, AudioInput = 40, AudioOutput = 80, Reasoning = 60 }, []),
        ["acme/long"] = new(
            new ModelRates(10, 30) { CacheRead = 1 },
            [new ContextTier(200_000, 20, 45, 2, null), new ContextTier(400_000, 40, null, null, null)]),
        ["other/team/model"] = new(new ModelRates(1, 2), []),
    });

    [Theory]
    [InlineData("acme/plain", "1000000 in", 10)]
    [InlineData("acme/plain", "1000 in, 500 out", 0.025)]
    [InlineData("acme/plain", "1000000 cached", 10, "without a rate of its own it is input")]
    [InlineData("acme/plain", "1000000 stored", 10)]
    [InlineData("acme/plain", "1000000 heard", 10)]
    [InlineData("acme/plain", "1000000 spoken", 30, "without a rate of its own it is output")]
    [InlineData("acme/plain", "1000000 thought", 30)]
    [InlineData("acme/full", "1000000 in, 1000000 out, 1000000 cached, 1000000 stored, 1000000 heard, 1000000 spoken, 1000000 thought", 233)]
    [InlineData("acme/long", "200000 in", 2, "a tier begins beyond its size")]
    [InlineData("acme/long", "200001 in", 4.00002)]
    [InlineData("acme/long", "100000 in, 100001 cached", 2.200002, "cached tokens count for the size")]
    [InlineData("acme/long", "200001 in, 1000 out", 4.04502)]
    [InlineData("acme/long", "400001 in, 1000 out", 16.03004, "the highest tier; what it does not say is as without one")]
    [InlineData("other/team/model", "1000000 in", 1, "only the first slash parts provider and model")]
    [InlineData("acme/plain", "0 in", 0)]
    public void Tokens_cost_at_list_price(string model, string tokens, double dollars, string? why = null)
    {
        var (cost, refusal) = TokenCost.Of(Ai(null), Prices, new ModelId(model), Tokens(tokens));
        Assert.Null(refusal);
        Assert.True(cost!.Cost.Value == (decimal)dollars, why ?? $"{cost.Cost}");
        Assert.Equal((cost.Base, 0m, MarkupSource.None), (cost.Cost, cost.Markup, cost.Source));
    }

    [Theory]
    [InlineData("acme/plain", 100, MarkupSource.Model, 20)]
    [InlineData("acme/full", 50, MarkupSource.Provider, 15)]
    [InlineData("other/team/model", -100, MarkupSource.Default, 0)]
    public void The_closest_markup_applies(string model, double percent, MarkupSource source, double dollars)
    {
        var markups = new Markups([new ModelMarkup("acme/plain", 100, null, null), new ModelMarkup("acme/full", null, 1, 1)], [new ProviderMarkup("acme", 50)], -100);
        var (cost, _) = TokenCost.Of(Ai(markups), Prices, new ModelId(model), Tokens("1000000 in"));
        Assert.Equal(((decimal)percent, source, (decimal)dollars), (cost!.Markup, cost.Source, cost.Cost.Value));
    }

    [Theory]
    [InlineData(null, 2.0)]
    [InlineData(50.0, 3.0)]
    public void A_model_of_ones_own_costs_what_the_feature_says(double? markup, double dollars)
    {
        var feature = Ai(new Markups([new ModelMarkup("custom/mine", (decimal?)markup, 1000, 2000)], [], null));
        var (cost, _) = TokenCost.Of(feature, Prices, new ModelId("custom/mine"), Tokens("1000 in, 500 out, 9 cached, 9 stored, 9 heard, 9 spoken, 9 thought"));
        Assert.Equal(((decimal)dollars, 2m), (cost!.Cost.Value, cost.Base.Value));
    }

    [Theory]
    [InlineData("acme/none", "There is no price")]
    [InlineData("plain", "provider/model")]
    [InlineData("", "provider/model")]
    [InlineData("custom/half", "input_cost and output_cost")]
    [InlineData("custom/none", "input_cost and output_cost")]
    public void A_model_without_a_price_is_refused(string model, string says)
    {
        var feature = Ai(new Markups([new ModelMarkup("custom/half", null, 1, null)], [], null));
        TokenCost.Of(feature, Prices, new ModelId(model), Tokens("1 in")).Refusal!.Says(RefusalCode.InvalidRequest, says);
    }

    [Fact]
    public void The_most_tokens_at_the_highest_rates_are_refused_not_an_error()
    {
        const long Most = TokenCounts.Most;
        var feature = Ai(new Markups([new ModelMarkup("custom/x", Markups.Most, ModelRates.Most, ModelRates.Most)], [], null));
        var (_, refusal) = TokenCost.Of(feature, Prices, new ModelId("custom/x"), new TokenCounts(Most, Most) { CacheRead = Most, CacheWrite = Most });
        refusal!.Says(RefusalCode.InvalidInputs);
    }

    [Theory]
    [InlineData("overflow", 0, 0.125)]
    [InlineData("cap", 0, 0.1)]
    public void More_than_there_is(string overage, double remaining, double usage)
    {
        var c = With(Item("ai", 0.1m).Every("month"));
        c.Track("ai", 0.125m, overage).Shows(remaining: (decimal)remaining, usage: (decimal)usage);
    }

    [Fact]
    public void More_than_there_is_can_be_refused() =>
        With(Item("ai", 0.1m).Every("month")).Refuses(Story.Tracking("ai", 0.125m, "reject")).Says(RefusalCode.InsufficientBalance);

    [Fact]
    public void The_AI_balance_goes_before_the_pool_that_lists_it()
    {
        var c = Paying(Costs.Of("100") with { Feature = new FeatureId("ai") }, Item("pool", 1000).Every("day"), Item("ai", 2).Every("month"));
        c.Track("ai", 5).Drew(("ai", 2), ("pool", 300)).AnswersWith("ai");
        c.Track("ai", 1).Drew(("pool", 100)).AnswersWith("pool");
    }

    [Fact]
    public void The_only_AI_balance_pays_when_none_is_named()
    {
        var c = With(Item("ai", 1).Every("month"), Item("credits", 1).Every("month"));
        Assert.Equal("ai", AiCredits.PayingFor(c.Read, c.Catalog).Feature!.Id.Value);
    }

    [Fact]
    public void Without_one_or_with_several_the_feature_must_be_named()
    {
        AiCredits.PayingFor(With(Item("credits", 1)).Read, Customer().Catalog).Refusal!.Says(RefusalCode.FeatureNotFound);
        var c = new Story(Start, [.. Features, Ai(null) with { Id = new FeatureId("ai2") }]);
        c.Attach(Plan("main", Item("ai", 1).Every("month"), Item("ai2", 1).Every("month")));
        AiCredits.PayingFor(c.Read, c.Catalog).Refusal!.Says(RefusalCode.InvalidRequest, "ai, ai2");
        AiCredits.Named(c.Catalog, new FeatureId("messages")).Refusal!.Says(RefusalCode.InvalidRequest, "no ai_credit_system");
        AiCredits.Named(c.Catalog, new FeatureId("nope")).Refusal!.Says(RefusalCode.FeatureNotFound);
    }

    [Fact]
    public void A_usage_limit_counts_dollars_whoever_pays_them()
    {
        var c = Paying(Costs.Of("100") with { Feature = new FeatureId("ai") }, Item("ai", 2).Every("month"), Item("pool", 1000).Every("month"));
        c.Accept(new Command.ChangeControls(new BillingControls(UsageLimits: [new UsageLimit(new FeatureId("ai"), Quantity.Of(3), IntervalUnit.Month)])));
        c.Track("ai", 5).Drew(("ai", 2), ("pool", 100));
    }

    private static Feature Ai(Markups? markups) => new(new FeatureId("ai"), "AI", FeatureType.AiCreditSystem, true, [], [], null, false, Start, markups);

    private static TokenCounts Tokens(string words)
    {
        var of = words.Split(", ").Select(pool => pool.Split(' ')).ToImmutableDictionary(pool => pool[1], pool => long.Parse(pool[0], System.Globalization.CultureInfo.InvariantCulture));
        long Count(string pool) => of.GetValueOrDefault(pool);
        return new TokenCounts(Count("in"), Count("out"))
        {
            CacheRead = Count("cached"), CacheWrite = Count("stored"), AudioInput = Count("heard"), AudioOutput = Count("spoken"), Reasoning = Count("thought"),
        };
    }
}
