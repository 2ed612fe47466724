using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Api.Controls;
using Sluice.Storage;

namespace Sluice.Server.Webhooks;

/// <summary>
/// What the user's servers are told. One more type is: its name here and in <see cref="Types"/>, a line in
/// <see cref="Of"/>, a record of its data, and that record in <see cref="WebhookJson"/>.
/// </summary>
internal sealed record Told(string Type, object Data, JsonTypeInfo Shape)
{
    public const string LimitReached = "balances.limit_reached";
    public const string AlertTriggered = "balances.usage_alert_triggered";
    public const string BillingUpdated = "billing.updated";
    public const string ProductsUpdated = WebhookMessage.OnlyByName;
    public const string ToppedUp = "billing.auto_topup_succeeded";
    public const string NotToppedUp = "billing.auto_topup_failed";
    public const string TestType = "webhook.test";

    /// <summary>What an endpoint may ask for.</summary>
    public static readonly IReadOnlyList<string> Types = [LimitReached, AlertTriggered, BillingUpdated, ProductsUpdated, ToppedUp, NotToppedUp];

    /// <summary>Null for what is told to nobody.</summary>
    public static Told? Of(Customer? before, Customer after, CustomerEvent happened) => happened switch
    {
        CustomerEvent.InvoicePaid e when ToppedUpData.Of(before, after, e.Invoice) is { } data => new Told(ToppedUp, data, WebhookJson.Default.ToppedUpData),
        CustomerEvent.TopUpFailed e => new Told(
            NotToppedUp, new NotToppedUpData(IdOf(after), e.Feature, e.Problem == PaymentProblem.NoPaymentMethod ? "missing_payment_method" : "charge_failed"), WebhookJson.Default.NotToppedUpData),
        CustomerEvent.LimitReached e => new Told(
            LimitReached, new LimitReachedData(IdOf(after), EntityOf(after, e.Entity), e.Feature, Limit(e.Limit), FilterBody.Of(e.Filter)), WebhookJson.Default.LimitReachedData),
        CustomerEvent.AlertTriggered e => new Told(
            AlertTriggered, new AlertTriggeredData(IdOf(after), e.Feature, EntityOf(after, e.Entity), AlertBody.Of(e.Alert)), WebhookJson.Default.AlertTriggeredData),
        _ => null,
    };

    /// <summary>What one call, or one thing that fell due, did to the customer's plans: nothing when it did nothing to them.</summary>
    /// <param name="inOlderWords">Somebody asked for it in the words of 1.2 as well.</param>
    public static IEnumerable<Told> Plans(View view, Customer? before, Customer after, ImmutableArray<CustomerEvent> events, bool inOlderWords)
    {
        var changes = PlanChanges.Between(before, after);
        if (!changes.News.IsEmpty) yield return new Told(BillingUpdated, BillingUpdatedData.Of(after, changes), WebhookJson.Default.BillingUpdatedData);
        if (!inOlderWords) yield break;
        foreach (var data in ProductsUpdatedData.All(view, before, after, changes, events)) yield return new Told(ProductsUpdated, data, WebhookJson.Default.ProductsUpdatedData);
    }

    public static Told Test(string endpoint) => new(TestType, new TestData(endpoint), WebhookJson.Default.TestData);

    /// <summary>The caller's id of a customer; one without is called as answers call it.</summary>
    public static string IdOf(Customer customer) => customer.Profile.Id ?? PublicIds.Of(customer.Key);

    /// <summary>The whole body, as it is sent every time.</summary>
    public string Body(string id, Instant at) =>
        JsonSerializer.Serialize(new Envelope(id, Type, at, new JsonText(JsonSerializer.Serialize(Data, Shape))), WebhookJson.Default.Envelope);

    private static string? EntityOf(Customer after, EntityNo? entity) => entity is { } no ? after.Entities.Find(no)?.Id : null;

    private static string Limit(AccessRule rule) => rule switch
    {
        AccessRule.Included => "included",
        AccessRule.MaxPurchase => "max_purchase",
        AccessRule.SpendLimit => "spend_limit",
        AccessRule.UsageLimit => "usage_limit",
        _ => throw new InvariantViolation($"{rule} is no limit that can be reached"),
    };
}

/// <param name="OccurredAt">When it happened; the header's time is that of the attempt.</param>
/// <param name="Data">As written: metadata in it may hold half a character.</param>
internal sealed record Envelope(string Id, string Type, Instant OccurredAt, JsonText Data);

internal sealed record LimitReachedData(
    string CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    FeatureId FeatureId,
    string LimitType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FilterBody? Filter);

internal sealed record AlertTriggeredData(
    string CustomerId,
    FeatureId FeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    AlertBody UsageAlert);

internal sealed record AlertBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    Quantity Threshold,
    string ThresholdType)
{
    public static AlertBody Of(UsageAlert alert) => new(alert.Name, alert.Threshold, ControlWords.Of(ControlWords.AlertTypes, alert.Type));
}

internal sealed record TestData(string WebhookId);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(QuantityJson), typeof(InstantJson), typeof(RawJson), typeof(FeatureIdJson), typeof(PlanIdJson)])]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(LimitReachedData))]
[JsonSerializable(typeof(AlertTriggeredData))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(BillingUpdatedData))]
[JsonSerializable(typeof(ProductsUpdatedData))]
[JsonSerializable(typeof(ToppedUpData))]
[JsonSerializable(typeof(NotToppedUpData))]
[JsonSerializable(typeof(TestData))]
internal sealed partial class WebhookJson : JsonSerializerContext;
