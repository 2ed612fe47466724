using System.Globalization;
using System.Text.Json;

namespace Sluice.Server.Tests.Driving;

/// <summary>What the server answered.</summary>
internal sealed record Reply(int Status, string Text, HttpResponseMessage Raw)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string? Code => this["code"]?.GetString();

    public string Message => this["message"]!.Value.GetString()!;

    /// <summary>A member by its path: "balance.remaining", "list.0.id"; null when it is not there.</summary>
    public JsonElement? this[string path]
    {
        get
        {
            var at = Json;
            foreach (var step in path.Split('.'))
            {
                if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength()) at = at[index];
                else if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at)) return null;
            }

            return at;
        }
    }

    public decimal Number(string path) => this[path] is { ValueKind: JsonValueKind.Number } number ? number.GetDecimal() : throw new KeyNotFoundException($"{path} is no number in {Status} {Text}");

    public bool Flag(string path) => this[path]?.GetBoolean() ?? throw new KeyNotFoundException($"{path} in {Status} {Text}");

    public string? Word(string path) => this[path]?.GetString();

    public IReadOnlyList<JsonElement> List => [.. this["list"]!.Value.EnumerateArray()];

    public Reply MustBe(int status) => Status == status ? this : throw new InvalidOperationException($"expected {status}, got {Status}: {Text}");

    public override string ToString() => $"{Status} {Text}";
}
