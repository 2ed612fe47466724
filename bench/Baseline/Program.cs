using System.Text.Json.Serialization;
using Sluice.Bench;

// The measuring stick: ASP.NET Core as it comes, reading a check's body and writing an answer of a check's size. No
// keys, no store, no log.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, BaselineJson.Default));

var app = builder.Build();
app.MapPost("/v1/check", (Asked asked) => new Answered(true, asked.CustomerId, 1, new Holding(
    asked.FeatureId, 1_000_000_000, 999_999_998, 2, false, false, null, 1_798_164_983_767,
    [new Row("cus_ent_1_2", "free", 1_000_000_000, 0, 999_999_998, 2, false, new Renewal("month", 1_798_164_983_767), null, null)]), null));
app.Run();

namespace Sluice.Bench
{
    internal sealed record Asked(string CustomerId, string FeatureId);

    internal sealed record Answered(bool Allowed, string CustomerId, decimal RequiredBalance, Holding Balance, string? Flag);

    internal sealed record Holding(
        string FeatureId, decimal Granted, decimal Remaining, decimal Usage, bool Unlimited, bool OverageAllowed, decimal? MaxPurchase, long? NextResetAt, Row[] Breakdown);

    internal sealed record Row(
        string Id, string? PlanId, decimal IncludedGrant, decimal PrepaidGrant, decimal Remaining, decimal Usage, bool Unlimited, Renewal? Reset, decimal? Price, long? ExpiresAt);

    internal sealed record Renewal(string Interval, long ResetsAt);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(Asked))]
    [JsonSerializable(typeof(Answered))]
    internal sealed partial class BaselineJson : JsonSerializerContext;
}
