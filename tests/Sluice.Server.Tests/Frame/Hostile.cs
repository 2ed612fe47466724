using System.Globalization;
using System.Text;

namespace Sluice.Server.Tests.Frame;

/// <summary>Bodies that nobody sends who means well, from fields that the endpoints do read.</summary>
internal sealed class Hostile(Random random)
{
    private static readonly string[] Fields =
    [
        "customer_id", "feature_id", "plan_id", "id", "name", "email", "metadata", "fingerprint", "stripe_id", "value", "properties", "timestamp", "idempotency_key", "event_name",
        "overage_behavior", "required_balance", "send_event", "skip_event", "async", "expand", "customer_data", "included_grant", "granted_balance", "unlimited", "reset", "next_reset_at",
        "expires_at", "balance_id", "interval", "interval_count", "remaining", "usage", "add_to_balance", "limit", "offset", "start_cursor", "custom_range", "start", "end", "filter_by",
        "plans", "versions", "search", "sort_order", "subscription_status", "created_at_range", "new_customer_id", "auto_enable_plan_id", "internal_options", "version", "feature_quantities",
        "quantity", "no_billing_changes", "subscription_id", "type", "consumable", "event_names", "credit_schema", "metered_feature_id", "credit_cost", "items", "included", "price",
        "amount", "tiers", "to", "flat_amount", "billing_units", "billing_method", "max_purchase", "auto_enable", "add_on", "group", "archived", "all_versions", "disable_version",
        "free_trial", "duration_length", "duration_type", "rollover", "proration", "description", "display", "customer_entitlement_id", "is_default", "entity_id", "lock",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "0.1", "-0", "1e15", "-1e15", "1e16", "1e-28", "1e400", "-1e400", "999999999999999.9999999999", "0.00000000001", "9223372036854775807", "-9223372036854775808",
        "253402300799999", "253402300800000", "79228162514264337593543950335", "2147483647", "2147483648", "\"\"", "\" \"", "\"messages\"", "\"ai_credits\"", "\"premium_messages\"", "\"seats\"", "\"priority_support\"",
        "\"free\"", "\"pro\"", "\"credit_pack\"", "\"fuzzed\"", "\"c0\"", "\"c1\"", "\"a@b.co\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"\U0001F30A\"", "\"' or 1=1 --\"", "\"%\"", "\"_\"", "\"../../etc\"",
        "\"month\"", "\"year\"", "\"one_off\"", "\"hour\"", "\"usage_based\"", "\"prepaid\"", "\"metered\"", "\"boolean\"", "\"credit_system\"", "\"reject\"", "\"overflow\"", "\"inf\"", "\"MTox\"",
        "[]", "{}", "[null]", "[{}]", "[[]]", "{\"a\":1,\"a\":2}", "{\"\\ud800\":\"x\"}", "{\"x\":\"\\ud800\"}", "{\"\":\"\"}", "[1,2,3]", "[\"a\",\"b\"]", "\"$.x\"", "{\"a.b\\\"c\":\"d\"}",
    ];

    private static readonly string[] Shapes =
    [
        """{"customer_id":"c0","feature_id":"messages"}""", """{"customer_id":"c1","feature_id":"premium_messages","value":1}""", """{"customer_id":"c0"}""", """{"customer_id":"c0","plan_id":"pro","no_billing_changes":true}""",
        """{"feature_id":"fuzzed","name":"F","type":"metered","consumable":true}""", """{"plan_id":"fuzzed","name":"P","items":[{"feature_id":"messages","included":5,"reset":{"interval":"month"}}]}""", "{}",
        """{"id":"c0","name":"N"}""", """{"custom_range":{"start":1,"end":2},"filter_by":{"a":"b"}}""", """{"customer_id":"c1","feature_id":"messages","included_grant":10,"reset":{"interval":"month"}}""",
        """{"customer_id":"c1","feature_id":"messages","value":1e15,"overage_behavior":"overflow"}""", """{"customer_id":"c0","feature_id":"messages","add_to_balance":1e15}""",
    ];

    public byte[] Body()
    {
        if (random.Next(40) == 0) return Junk();
        var text = Shapes[random.Next(Shapes.Length)];
        for (var i = random.Next(4); i > 0; i--) text = With(text, Field(), Value(2));
        if (random.Next(6) == 0) text = $"[{text},{text}]";
        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.Next(12) == 0) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    public string Segment() => random.Next(4) switch { 0 => "c0", 1 => "messages", 2 => Uri.EscapeDataString(Encoding.UTF8.GetString(Junk())), _ => "pro" };

    public (string, string)[] Headers() => random.Next(6) switch
    {
        0 => [("Idempotency-Key", random.Next(50).ToString(CultureInfo.InvariantCulture))],
        1 => [("x-api-version", ((string[])["2.1", "2.2.0", "2.4.0", "1.2", "x"])[random.Next(5)])],
        _ => [],
    };

    // The last of two fields of one name counts, so a field put last replaces.
    private static string With(string text, string field, string value) => $"{text[..^1]}{(text.Length > 2 ? "," : "")}\"{field}\":{value}}}";

    // Rarely a name that begins right and ends in half a character.
    private string Field() => Fields[random.Next(Fields.Length)] is var field && random.Next(30) == 0 ? field[..random.Next(1, field.Length)] + "\\ud800" : field;

    /// <summary>A value that few expect.</summary>
    public string Value() => Value(1);

    private string Value(int depth) => depth == 0 ? Values[random.Next(Values.Length)] : random.Next(6) switch
    {
        0 => $"[{Value(depth - 1)},{Value(depth - 1)}]",
        1 => $"{{\"{Field()}\":{Value(depth - 1)},\"{Field()}\":{Value(depth - 1)}}}",
        2 => random.NextInt64().ToString(CultureInfo.InvariantCulture),
        _ => Values[random.Next(Values.Length)],
    };

    private byte[] Junk()
    {
        var junk = new byte[random.Next(1, 60)];
        random.NextBytes(junk);
        return junk;
    }
}
