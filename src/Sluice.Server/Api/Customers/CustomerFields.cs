using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Core;
using Sluice.Server.Api.Controls;

namespace Sluice.Server.Api.Customers;

/// <summary>The fields of customers as callers send them.</summary>
internal static partial class CustomerFields
{
    private const string IdSays = "may hold letters, digits, '_', '-' and ':' only";

    [GeneratedRegex("^[a-zA-Z0-9_:-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex IdShape { get; }

    [GeneratedRegex(@"^[^\s@]+@[^\s@]+\.[^\s@.]+$", RegexOptions.CultureInvariant)]
    private static partial Regex EmailShape { get; }

    public static string Id(Body body, string field = "customer_id") => body.RequiredText(field, shape: IdShape, shapeSays: IdSays);

    /// <summary>Null is a value: a customer known by email only.</summary>
    public static string? IdOrNull(Body body, string field = "customer_id") =>
        body.Text(field, required: true, nullable: true, minLength: 1, shape: IdShape, shapeSays: IdSays);

    public static string? NewId(Body body, string field) => body.Text(field, minLength: 1, shape: IdShape, shapeSays: IdSays);

    public static string? Email(Body body, string field = "email") => body.Text(field, nullable: true, shape: EmailShape, shapeSays: "is not an email address");

    /// <summary>
    /// customer_data of a check or track: for a customer that exists it fills in an empty name and email. Null when it
    /// could not change anything.
    /// </summary>
    public static Command.Backfill? Data(Body body)
    {
        if (body.Object("customer_data", nullable: true) is not { } data) return null;
        var (name, email) = (data.Text("name", nullable: true), Email(data));
        return name is null && email is null ? null : new Command.Backfill(name, email, null);
    }

    /// <summary>The field config; null when it is not sent.</summary>
    public static Command.ChangeConfig? Config(Body body) =>
        body.Object("config") is { } config ? new Command.ChangeConfig(config.Flag("disable_pooled_balance"), config.Flag("disable_overage_billing")) : null;

    /// <summary>The field config of a customer that is new.</summary>
    public static CustomerConfig? NewConfig(Body body) => Config(body) is { } config ? new CustomerConfig(config.DisablePooledBalance ?? false, config.DisableOverageBilling ?? false) : null;

    /// <summary>The customer that customer_data of a request describes, under the id it is asked about with.</summary>
    public static Newcomer Newcomer(Body body, string id)
    {
        if (!IdShape.IsMatch(id)) body.Fault("customer_id", IdSays);
        if (body.Object("customer_data", nullable: true) is not { } data) return new Newcomer(new Profile(id), null, null, null);
        data.Later("create_in_stripe", "currency");
        return new Newcomer(
            new Profile(
                id,
                data.Text("name", nullable: true),
                Email(data),
                data.Text("fingerprint", nullable: true),
                data.Text("stripe_id", nullable: true),
                Merged(null, data.Json("metadata", nullable: true)),
                data.Flag("send_email_receipts", otherwise: false)),
            data.Text("auto_enable_plan_id", minLength: 1) is { } plan ? new PlanId(plan) : null,
            ControlFields.Read(data),
            NewConfig(data));
    }

    /// <summary>Merged into what stands; a key set to null is removed. Values are kept as they were written, half characters too.</summary>
    public static JsonText? Merged(JsonText? standing, JsonText? sent)
    {
        if (sent is not { } changes) return standing;
        var merged = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        if (standing is { } text) Put(text);
        Put(changes);
        if (merged.Count == 0) return null;

        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in merged)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(value, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return new JsonText(Encoding.UTF8.GetString(json.WrittenSpan));

        void Put(JsonText members)
        {
            using var document = JsonDocument.Parse(members.Value);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Null) merged.Remove(member.Name);
                else merged[member.Name] = member.Value.GetRawText();
            }
        }
    }
}

/// <summary>A customer to be made.</summary>
/// <param name="DefaultPlan">Attached instead of the plans that enable themselves.</param>
internal sealed record Newcomer(Profile Profile, PlanId? DefaultPlan, BillingControls? Controls, CustomerConfig? Config)
{
    public Command.Create Create(CustomerKey key) => new(key, Profile, DefaultPlan, Controls: Controls, Config: Config);
}
