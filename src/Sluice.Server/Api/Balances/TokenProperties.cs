using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// What is recorded with tokens: the caller's own properties, then how their cost came about. A property of the caller's
/// that has one of these names is left out.
/// </summary>
internal sealed record TokenProperties(JsonText? Own, ModelId Model, TokenCounts Tokens, TokenCost Cost)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly HashSet<string> Names =
    [
        "model", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "audio_input_tokens", "audio_output_tokens", "reasoning_tokens",
        "cost", "base_cost", "markup", "markup_source", "context_tier", "rates", "credits",
    ];

    /// <param name="draws">What the cost was taken from: the credits of each pool are told.</param>
    public JsonText With(ImmutableArray<Draw> draws, FeatureId paidFrom)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var to = new Utf8JsonWriter(buffer, Options);
        to.WriteStartObject();
        WriteOwn(to);
        to.WriteString("model", Model.Value);
        WriteTokens(to);
        Number(to, "cost", Cost.Cost.Value);
        Number(to, "base_cost", Cost.Base.Value);
        Number(to, "markup", Cost.Markup);
        to.WriteString("markup_source", Words.Of(Cost.Source));
        if (Cost.TierOver is { } over) to.WriteNumber("context_tier", over);
        WriteRates(to, Cost.Rates);
        WriteCredits(to, draws, paidFrom);
        to.WriteEndObject();
        to.Flush();
        return new JsonText(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void WriteOwn(Utf8JsonWriter to)
    {
        if (Own is not { } own) return;
        using var document = JsonDocument.Parse(own.Value);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (Names.Contains(property.Name)) continue;
            to.WritePropertyName(property.Name);
            to.WriteRawValue(property.Value.GetRawText(), skipInputValidation: true);
        }
    }

    private void WriteTokens(Utf8JsonWriter to)
    {
        to.WriteNumber("input_tokens", Tokens.Input);
        to.WriteNumber("output_tokens", Tokens.Output);
        Count(to, "cache_read_tokens", Tokens.CacheRead);
        Count(to, "cache_write_tokens", Tokens.CacheWrite);
        Count(to, "audio_input_tokens", Tokens.AudioInput);
        Count(to, "audio_output_tokens", Tokens.AudioOutput);
        Count(to, "reasoning_tokens", Tokens.Reasoning);
    }

    private static void WriteRates(Utf8JsonWriter to, ModelRates rates)
    {
        to.WriteStartObject("rates");
        Number(to, "input", rates.Input);
        Number(to, "output", rates.Output);
        Number(to, "cache_read", rates.CacheRead);
        Number(to, "cache_write", rates.CacheWrite);
        Number(to, "audio_input", rates.AudioInput);
        Number(to, "audio_output", rates.AudioOutput);
        Number(to, "reasoning", rates.Reasoning);
        to.WriteEndObject();
    }

    private static void WriteCredits(Utf8JsonWriter to, ImmutableArray<Draw> draws, FeatureId paidFrom)
    {
        var pools = draws.Where(draw => draw.Feature != paidFrom).GroupBy(draw => draw.Feature).ToList();
        if (pools.Count == 0) return;
        to.WriteStartObject("credits");
        foreach (var pool in pools) Number(to, pool.Key.Value, pool.Sum(draw => draw.Amount.Value));
        to.WriteEndObject();
    }

    private static void Count(Utf8JsonWriter to, string name, long tokens)
    {
        if (tokens != 0) to.WriteNumber(name, tokens);
    }

    private static void Number(Utf8JsonWriter to, string name, decimal? value)
    {
        if (value is not { } number) return;
        to.WritePropertyName(name);
        ExactNumber.Write(to, number);
    }
}
