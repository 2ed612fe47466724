using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Features;

namespace Sluice.Server.Tests.Api;

/// <summary>What is written by hand is what the serializer makes of the same records.</summary>
public sealed class BalanceJsonTests
{
    private static readonly JsonSerializerOptions Serializer = Plain();

    public static TheoryData<string> Bodies => [.. Known.Keys];

    private static readonly Dictionary<string, BalanceBody> Known = new()
    {
        ["of a feature by its price"] = new(
            new FeatureId("messages"), new FeatureBody(new FeatureId("messages"), "Näme \"quoted\"", "metered", true, null, null, null, null, null, [], false), Quantity.Of(10.50m), Quantity.Zero, Quantity.Of(-0.000001m), false, true, Quantity.Of(3m), new Instant(1_768_478_400_000),
            [
                new("am_1", new PlanId("pro"), Quantity.Of(1m), Quantity.Of(2m), Quantity.Of(3m), Quantity.Of(4.40m), false, new ResetBody("month", 3, new Instant(5)), new BreakdownPriceBody(null, [], "graduated", Quantity.Of(100m), "usage_based", null), new Instant(6)),
                new("am_2", null, Quantity.Zero, Quantity.Zero, Quantity.Zero, Quantity.Zero, true, new ResetBody("one_off", null, null), null, null),
            ])
        {
            Rollovers = [new BalanceRolloverBody(Quantity.Of(5m), Quantity.Of(4.5m), new Instant(0))],
        },
        ["of nothing"] = new(new FeatureId("seats \u20ac"), null, Quantity.Zero, Quantity.Zero, Quantity.Zero, true, false, null, null, []),
        ["that saves and has saved nothing"] = new(new FeatureId("x"), null, Quantity.Zero, Quantity.Zero, Quantity.Zero, true, false, null, null, [new("am_3", null, Quantity.Zero, Quantity.Zero, Quantity.Zero, Quantity.Zero, true, null, null, null)]) { Rollovers = [] },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_balance_is_written_as_the_serializer_would(string body) =>
        Assert.Equal(JsonSerializer.Serialize(Known[body], Serializer), Written(Known[body], ApiJson.Default.BalanceBody));

    [Fact]
    public void So_are_deductions()
    {
        IReadOnlyList<DeductionBody> deductions =
        [
            new("am_1", new FeatureId("messages"), new PlanId("pro"), new ResetBody("month", 2, new Instant(7)), Quantity.Of(1.250m)),
            new("am_2", new FeatureId("messages"), null, null, Quantity.Of(-3m)),
        ];
        Assert.Equal(JsonSerializer.Serialize(deductions, Serializer), Written(deductions, ApiJson.Default.IReadOnlyListDeductionBody));
    }

    private static string Written<T>(T body, JsonTypeInfo<T> type)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) JsonSerializer.Serialize(writer, body, type);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static JsonSerializerOptions Plain()
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        foreach (var converter in ApiJson.Default.Options.Converters.Where(static one => one is not (BalanceJson or DeductionsJson))) options.Converters.Add(converter);
        return options;
    }
}
