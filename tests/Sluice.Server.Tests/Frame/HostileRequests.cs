using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Server.Api;

namespace Sluice.Server.Tests.Frame;

/// <summary>One request that nobody sends who means well. <paramref name="Key"/> null = none; the headers are sent as they are.</summary>
internal sealed record HostileRequest(string Method, string Path, string? Key, (string Name, string Value)[] Headers, byte[]? Body)
{
    public override string ToString()
    {
        var body = Body is null ? "" : Encoding.UTF8.GetString(Body);
        return $"{Method} {Short(Path)} key={Key?[..Math.Min(11, Key.Length)]} {Short(string.Join(' ', Headers))} {Short(body)}";
    }

    private static string Short(string text) => text.Length <= 4_000 ? text : $"{text[..2_000]}… ({text.Length} characters)";
}

/// <summary>
/// Hostile requests of every kind: bodies of <see cref="Hostile"/>, bodies that follow the route's schema but for what was
/// done to them, things too long, too deep and too many, wrong methods, paths and headers. One seed makes one row of them.
/// </summary>
internal sealed partial class HostileRequests(Random random, string key, string publishable)
{
    // What is there, so that a request comes further than the first look.
    private static readonly Dictionary<string, string[]> Known = new()
    {
        ["customer_id"] = ["c0", "c1", "c0", "cus_1"], ["id"] = ["c0", "messages", "pro", "spring", "friends"], ["feature_id"] = ["messages", "premium_messages", "seats", "ai_credits"], ["plan_id"] = ["free", "pro", "credit_pack"],
        ["product_id"] = ["free", "pro"], ["entity_id"] = ["e0", "e1"], ["metered_feature_id"] = ["messages"], ["lock_id"] = ["l0", "l1"], ["balance_id"] = ["b0", "cus_ent_1_1"], ["subscription_id"] = ["cus_prod_1_1", "cus_prod_1_2"],
        ["invoice_id"] = ["inv_1_1", "inv_2_1"], ["reward_id"] = ["spring", "fuzzed"], ["program_id"] = ["friends"], ["referral_program_id"] = ["friends"], ["code"] = ["SPRING"], ["promotion_code"] = ["SPRING"], ["migration_id"] = ["m0"],
        ["customer_entitlement_id"] = ["cus_ent_1_1", "cus_ent_2_1"], ["payment_method"] = ["pm_card_visa", "pm_card_chargeDeclined"], ["url"] = ["https://example.com/"], ["license_plan_id"] = ["free"], ["new_customer_id"] = ["c2"],
    };

    private readonly Hostile _hostile = new(random);

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter { get; }

    public HostileRequest Next(IReadOnlyList<Endpoint> routes)
    {
        var route = routes[random.Next(routes.Count)];
        var method = random.Next(25) == 0 ? Pick("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND", "post") : route.Method;
        var path = Parameter.Replace(route.Path, match => random.Next(3) > 0 && Known.TryGetValue(match.Groups[1].Value, out var known) ? Pick(known) : _hostile.Segment());
        if (random.Next(40) == 0) path = Bent(path);
        if (method == "GET" ? random.Next(2) == 0 : random.Next(20) == 0) path += Query();
        return new HostileRequest(method, path, Key(), [.. _hostile.Headers(), .. Headers()], method is "GET" or "HEAD" or "TRACE" ? null : Body(route));
    }

    private T Pick<T>(params IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private string? Key() => random.Next(40) > 0 ? key : Pick(null, publishable, publishable, "am_sk_test_", "am_jwt_x", "am_oauth_x", "x", key + "x", key.ToUpperInvariant(), new string('k', 5_000));

    private byte[] Body(Endpoint route) => random.Next(20) switch
    {
        < 8 => _hostile.Body(),
        < 18 => Encoding.UTF8.GetBytes(Like(route)),
        18 => Cut(Encoding.UTF8.GetBytes(Like(route))),
        _ => random.Next(5) == 0 ? TooMuch() : [],
    };

    private byte[] Cut(byte[] body) => body[..random.Next(body.Length)];

    // As the document describes it, here and there with something else in it.
    private string Like(Endpoint route)
    {
        var described = ApiDocument.Ours.Operations.FirstOrDefault(one => (one.Path == route.Path && one.Method == route.Method) || one.Path == "/v1/" + route.Operation);
        return described.Path is not null && ApiDocument.Ours.RequestSchema(described.Operation) is { } schema ? Value(schema, "", random.Next(4) == 0 ? 15 : 60, 5) : Encoding.UTF8.GetString(_hostile.Body());
    }

    /// <param name="right">Of so many values all but one are of the type that the schema asks for.</param>
    private string Value(JsonElement schema, string name, int right, int depth)
    {
        if (random.Next(right) == 0 || depth == 0) return _hostile.Value();
        var one = Pick(ApiDocument.Ours.Alternatives(schema));
        if (one.TryGetProperty("const", out var constant)) return constant.GetRawText();
        if (one.TryGetProperty("enum", out var words)) return words[random.Next(words.GetArrayLength())].GetRawText();
        var types = ApiDocument.Ours.Types(one);
        if (types.Contains("object") || one.TryGetProperty("properties", out _)) return Object(one, right, depth);
        if (types.Contains("array")) return $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(one.TryGetProperty("items", out var items) ? items : one, name, right, depth - 1)))}]";
        if (types.Contains("boolean")) return Pick("true", "false");
        if (types.Contains("number") || types.Contains("integer")) return name.EndsWith("_at", StringComparison.Ordinal) ? Pick("1768500000000", "1800000000000", "1") : Pick("0", "1", "2", "5", "100", "0.5", "-1", "1e15", "2147483647");
        return Known.TryGetValue(name, out var known) ? $"\"{Pick(known)}\"" : types.Contains("string") ? Pick("\"x\"", "\"fuzzed\"", "\"c0\"", "\"messages\"", "\"month\"") : _hostile.Value();
    }

    private string Object(JsonElement schema, int right, int depth)
    {
        var fields = new List<string>();
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(one => one.GetString()).ToHashSet() : [];
        if (schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (random.Next(100) < (required.Contains(property.Name) ? 97 : 22)) fields.Add($"\"{property.Name}\":{Value(property.Value, property.Name, right, depth - 1)}");

                // Twice the same name.
                if (random.Next(120) == 0) fields.Add($"\"{property.Name}\":{_hostile.Value()}");
            }
        }
        else if (schema.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object)
        {
            for (var i = random.Next(3); i > 0; i--) fields.Add($"{Pick("\"messages\"", "\"a\"", "\"\"", "\"\\u0000\"")}:{Value(values, "", right, depth - 1)}");
        }

        return $"{{{string.Join(',', fields)}}}";
    }

    private byte[] TooMuch()
    {
        var depth = Pick(40, 47, 48, 49, 64, 65, 1_000, 100_000);
        var text = random.Next(9) switch
        {
            0 => new string('[', depth) + new string(']', depth),
            1 => string.Concat(Enumerable.Repeat("{\"properties\":", depth)) + "1" + new string('}', depth),
            2 => $"{{\"customer_id\":\"{new string('c', Pick(1_000, 100_000, 2_000_000))}\",\"feature_id\":\"messages\"}}",
            3 => $"{{\"customer_id\":\"c0\",\"feature_id\":\"messages\",\"value\":{new string('9', Pick(29, 400, 50_000))}}}",
            4 => $"{{\"customer_id\":\"c0\",\"feature_id\":\"messages\",\"value\":0.{new string('1', Pick(29, 400, 50_000))}}}",
            5 => $"[{string.Join(',', Enumerable.Repeat("{\"customer_id\":\"c0\",\"feature_id\":\"messages\"}", Pick(1_001, 20_000)))}]",
            6 => $"{{{string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"k{i}\":{i}"))}}}",
            7 => $"{{\"customer_id\":\"c0\",\"metadata\":{{\"a\":\"{string.Concat(Enumerable.Repeat("\\ud83c\\udf0a", 20_000))}\"}}}}",
            _ => new string(' ', 500_000) + "{\"customer_id\":\"c0\"}",
        };
        return random.Next(6) switch { 0 => Encoding.Unicode.GetBytes(text), 1 => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)], _ => Encoding.UTF8.GetBytes(text) };
    }

    private string Bent(string path) => random.Next(9) switch
    {
        0 => path + "/", 1 => "/" + path, 2 => path.Replace("/v1/", "/v1//", StringComparison.Ordinal), 3 => path.ToUpperInvariant(), 4 => path + "/%2e%2e/%2e%2e/v1/check",
        5 => path + ";a=b", 6 => path + "%00", 7 => path + "%ff%fe", _ => path + "/" + new string('x', Pick(300, 6_000)),
    };

    private string Query()
    {
        var names = (string[])["customer_id", "entity_id", "expand", "limit", "offset", "start_cursor", "search", "plan_id", "a[b]", "", "include_archived", "with_autumn_id"];
        return "?" + string.Join('&', Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"{Pick(names)}={Pick("c0", "-1", "1", "99999999999999999999", "invoices,entities", "true", "%00", "%ff", "%ud800", "[]", "NaN", new string('9', 500))}"));
    }

    private IEnumerable<(string, string)> Headers() => random.Next(40) switch
    {
        0 => [("Content-Type", Pick("text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16", "x", "application/x-www-form-urlencoded"))],
        1 => [("Content-Encoding", Pick("gzip", "br", "x"))],
        2 => [("Idempotency-Key", Pick(new string('i', 5_000), " ", "\u00e4", "a,b"))],
        3 => [("x-api-version", Pick("", "9.9", "1e9", "2.1,2.2", new string('1', 2_000), "-1.0", "1.2"))],
        4 => [("Accept", Pick("text/html", "*/*;q=x")), ("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Host", "evil.example")],
        5 => [("Cookie", new string('c', 3_000)), ("Range", "bytes=0-1"), ("If-None-Match", "*"), ("Expect", "100-continue")],
        6 => [("X-HTTP-Method-Override", "DELETE"), ("Origin", "null")],
        _ => [],
    };
}
