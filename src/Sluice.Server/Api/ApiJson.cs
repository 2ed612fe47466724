using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Billing;
using Sluice.Server.Api.Catalogs;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Events;
using Sluice.Server.Api.Features;
using Sluice.Server.Api.Invoices;
using Sluice.Server.Api.Migrations;
using Sluice.Server.Api.Keys;
using Sluice.Server.Api.Licenses;
using Sluice.Server.Api.Organizations;
using Sluice.Server.Api.Plans;
using Sluice.Server.Api.Referrals;
using Sluice.Server.Api.Rewards;
using Sluice.Server.Api.Sandboxes;
using Sluice.Server.Api.Webhooks;

namespace Sluice.Server.Api;

/// <summary>
/// The shapes of all answers. A required member is always written, null included; an optional one is marked to be
/// left out when it has no value.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata | JsonSourceGenerationMode.Serialization,
    Converters = [typeof(QuantityJson), typeof(ExactDecimalJson), typeof(PriceJson), typeof(InstantJson), typeof(RawJson), typeof(FeatureIdJson), typeof(PlanIdJson)])]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(JsonText))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(SuccessBody))]
[JsonSerializable(typeof(CheckBody))]
[JsonSerializable(typeof(CheckOfPlanBody))]
[JsonSerializable(typeof(CheckPreviewBody))]
[JsonSerializable(typeof(ExplanationBody))]
[JsonSerializable(typeof(TrackBody))]
[JsonSerializable(typeof(CustomerBody))]
[JsonSerializable(typeof(CursorPage<CustomerBody>))]
[JsonSerializable(typeof(CountedPage<CustomerBody>))]
[JsonSerializable(typeof(EntityBody))]
[JsonSerializable(typeof(ListBody<EntityBody>))]
[JsonSerializable(typeof(ListBody<EntityInShortBody>))]
[JsonSerializable(typeof(CursorPage<EntityBody>))]
[JsonSerializable(typeof(CountedPage<EntityBody>))]
[JsonSerializable(typeof(ListBody<LicensePoolBody>))]
[JsonSerializable(typeof(ListBody<LicenseAssignmentBody>))]
[JsonSerializable(typeof(PreviewBody))]
[JsonSerializable(typeof(AttachPreviewBody))]
[JsonSerializable(typeof(SetUpPaymentBody))]
[JsonSerializable(typeof(PortalBody))]
[JsonSerializable(typeof(OneInvoiceBody))]
[JsonSerializable(typeof(CursorPage<LedgerBody>))]
[JsonSerializable(typeof(MigrationBody))]
[JsonSerializable(typeof(ListBody<MigrationBody>))]
[JsonSerializable(typeof(CursorPage<MigrationItemBody>))]
[JsonSerializable(typeof(MigrationPreviewBody))]
[JsonSerializable(typeof(IssuedInvoiceBody))]
[JsonSerializable(typeof(ReissuedInvoiceBody))]
[JsonSerializable(typeof(RecordedInvoicesBody))]
[JsonSerializable(typeof(OffsetPage<JsonText>))]
[JsonSerializable(typeof(CursorPage<InvoiceBody>))]
[JsonSerializable(typeof(CursorPage<EventBody>))]
[JsonSerializable(typeof(OffsetPage<EventBody>))]
[JsonSerializable(typeof(AggregateBody))]
[JsonSerializable(typeof(AttachBody))]
[JsonSerializable(typeof(PushBody))]
[JsonSerializable(typeof(OrganizationBody))]
[JsonSerializable(typeof(OrganizationInShortBody))]
[JsonSerializable(typeof(RecalculationBody))]
[JsonSerializable(typeof(TokensBody))]
[JsonSerializable(typeof(RevokedBody))]
[JsonSerializable(typeof(SandboxBody))]
[JsonSerializable(typeof(ListBody<SandboxBody>))]
[JsonSerializable(typeof(WebhookBody))]
[JsonSerializable(typeof(ListBody<WebhookBody>))]
[JsonSerializable(typeof(CursorPage<DeliveryBody>))]
[JsonSerializable(typeof(SentBody))]
[JsonSerializable(typeof(ReplayedBody))]
[JsonSerializable(typeof(RewardBody))]
[JsonSerializable(typeof(RewardsBody))]
[JsonSerializable(typeof(RedeemedBody))]
[JsonSerializable(typeof(ProgramBody))]
[JsonSerializable(typeof(ListBody<ProgramBody>))]
[JsonSerializable(typeof(ReferralCodeBody))]
[JsonSerializable(typeof(RedemptionBody))]
[JsonSerializable(typeof(ListBody<JsonText>))]
[JsonSerializable(typeof(FeatureBody))]
[JsonSerializable(typeof(ListBody<FeatureBody>))]
[JsonSerializable(typeof(PlanBody))]
[JsonSerializable(typeof(ListBody<PlanBody>))]
[JsonSerializable(typeof(OlderAttachBody))]
[JsonSerializable(typeof(OlderCancelBody))]
[JsonSerializable(typeof(ScheduleBody))]
[JsonSerializable(typeof(SeveralPreviewBody))]
[JsonSerializable(typeof(TestClockBody))]
[JsonSerializable(typeof(OlderCheckoutBody))]
[JsonSerializable(typeof(LooseBalancesBody))]
[JsonSerializable(typeof(BreakdownPriceBody))]
[JsonSerializable(typeof(HasCustomersBody))]
[JsonSerializable(typeof(PlanDeletionBody))]
[JsonSerializable(typeof(FeatureDeletionBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(VersionBody))]
internal sealed partial class ApiJson : JsonSerializerContext;

internal sealed class QuantityJson : JsonConverter<Quantity>
{
    public override Quantity Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => Quantity.Of(reader.GetDecimal());

    public override void Write(Utf8JsonWriter writer, Quantity value, JsonSerializerOptions options) => ExactNumber.Write(writer, value.Value);
}

internal sealed class ExactDecimalJson : JsonConverter<decimal>
{
    public override decimal Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetDecimal();

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => ExactNumber.Write(writer, value);
}

internal sealed class PriceJson : JsonConverter<Price>
{
    public override Price Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => new(reader.GetDecimal());

    public override void Write(Utf8JsonWriter writer, Price value, JsonSerializerOptions options) => ExactNumber.Write(writer, value.Amount);
}

internal sealed class InstantJson : JsonConverter<Instant>
{
    public override Instant Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Milliseconds);
}

internal sealed class RawJson : JsonConverter<JsonText>
{
    public override JsonText Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return new JsonText(document.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) => writer.WriteRawValue(value.Value, skipInputValidation: true);
}

internal sealed class FeatureIdJson : JsonConverter<FeatureId>
{
    public override FeatureId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => new(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, FeatureId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, FeatureId value, JsonSerializerOptions options) => writer.WritePropertyName(value.Value);
}

internal sealed class PlanIdJson : JsonConverter<PlanId>
{
    public override PlanId Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => new(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, PlanId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}

/// <summary>A decimal without trailing zeros: 72.65, never 72.6500.</summary>
internal static class ExactNumber
{
    private const decimal One = 1.0000000000000000000000000000m;

    public static void Write(Utf8JsonWriter writer, decimal value) => writer.WriteNumberValue(value.Scale == 0 ? value : value / One);
}
