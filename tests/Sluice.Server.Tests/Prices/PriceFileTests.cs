using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core;
using Sluice.Server.Prices;

namespace Sluice.Server.Tests.Prices;

/// <summary>The file of model prices: what it may say, what it is refused for, and how a change of it comes into force.</summary>
public sealed class PriceFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"prices-{Path.GetRandomFileName()}.json");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_file_that_ships_knows_a_few_dozen_models()
    {
        var prices = PriceFile.Parse(File.ReadAllBytes(PriceBook.Shipped));
        Assert.InRange(prices.Count, 36, 1000);
        Assert.Equal(2.5m, prices.Find(new ModelId("openai/gpt-4o"))!.Rates.Input);
        Assert.All(prices.Models, model => Assert.True(prices.Find(new ModelId(model))!.Rates is { Input: > 0m, Output: >= 0m }, model));
    }

    [Fact]
    public void Every_part_of_a_model_is_read()
    {
        var price = Parse("""
            // a comment is no harm
            {"as_of": "2026-01", "source": "us", "models": {"a/b/c": {"input": 1, "output": 2.5, "cache_read": 0.1, "cache_write": 1.25, "audio_input": 3, "audio_output": 4, "reasoning": 5,
              "tiers": [{"over": 200000, "input": 2, "output": 5, "cache_read": 0.2, "cache_write": 2.5}, {"over": 1000000, "input": 4}],}}}
            """).Find(new ModelId("a/b/c"))!;
        Assert.Equal(new ModelRates(1, 2.5m) { CacheRead = 0.1m, CacheWrite = 1.25m, AudioInput = 3, AudioOutput = 4, Reasoning = 5 }, price.Rates);
        Assert.Equal([new ContextTier(200_000, 2, 5, 0.2m, 2.5m), new ContextTier(1_000_000, 4, null, null, null)], price.Tiers.ToArray());
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "the file is not an object")]
    [InlineData("{}", "no object \"models\"")]
    [InlineData("""{"models": []}""", "no object \"models\"")]
    [InlineData("""{"modells": {}}""", "\"modells\", which is not known")]
    [InlineData("""{"models": {"gpt": {"input": 1, "output": 1}}}""", "not written provider/model")]
    [InlineData("""{"models": {"a/b": 1}}""", "a/b is not an object")]
    [InlineData("""{"models": {"a/b": {"input": 1}}}""", "a/b has no \"output\"")]
    [InlineData("""{"models": {"a/b": {"input": -1, "output": 1}}}""", "a/b.input is -1")]
    [InlineData("""{"models": {"a/b": {"input": "1", "output": 1}}}""", "a/b.input is \"1\"")]
    [InlineData("""{"models": {"a/b": {"input": 1e30, "output": 1}}}""", "a/b.input")]
    [InlineData("""{"models": {"a/b": {"input": 1, "output": 1, "chache_read": 1}}}""", "chache_read")]
    [InlineData("""{"models": {"a/b": {"input": 1, "output": 1, "tiers": {}}}}""", "a/b.tiers is not a list")]
    [InlineData("""{"models": {"a/b": {"input": 1, "output": 1, "tiers": [{"input": 1}]}}}""", "needs \"over\"")]
    [InlineData("""{"models": {"a/b": {"input": 1, "output": 1, "tiers": [{"over": 1, "reasoning": 1}]}}}""", "reasoning")]
    [InlineData("""{"models": {"a/b": {"input": 1, "output": 1}, "a/b": {"input": 1, "output": 1}}}""", "twice")]
    public void A_file_that_cannot_be_used_says_where_and_why(string file, string says) =>
        Assert.Contains(says, Assert.Throws<PriceFileException>(() => Parse(file)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_changed_file_comes_into_force_and_a_bad_one_does_not()
    {
        Write(input: "1");
        using var book = Book(_path);
        Assert.Equal(1, Input(book));

        Write(input: "2.5");
        book.Look();
        Assert.Equal(2.5m, Input(book));

        Write(input: "\"free\"");
        book.Look();
        Assert.Equal(2.5m, Input(book));

        File.Delete(_path);
        book.Look();
        Assert.Equal(2.5m, Input(book));

        Write(input: "3.125");
        book.Look();
        Assert.Equal(3.125m, Input(book));
    }

    [Fact]
    public void Sluice_does_not_start_with_prices_it_cannot_use()
    {
        Assert.Contains("SLUICE_MODEL_PRICES", Assert.Throws<SettingsException>(() => Book(_path)).Message, StringComparison.Ordinal);
        File.WriteAllText(_path, "{}");
        Assert.Contains("models", Assert.Throws<SettingsException>(() => Book(_path)).Message, StringComparison.Ordinal);
    }

    private static PriceBook Book(string path) => new(path, TimeProvider.System, NullLogger<PriceBook>.Instance);

    private static decimal Input(PriceBook book) => book.Prices.Find(new ModelId("a/b"))!.Rates.Input;

    // Lengths differ each time, so that no change hides behind the clock of the file system.
    private void Write(string input) => File.WriteAllText(_path, """{"models": {"a/b": {"input": RATE, "output": 1}}}""".Replace("RATE", input, StringComparison.Ordinal));

    private static ModelPrices Parse(string json) => PriceFile.Parse(Encoding.UTF8.GetBytes(json));
}
