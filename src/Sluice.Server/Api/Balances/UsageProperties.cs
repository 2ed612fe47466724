using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>Properties of a usage, as rules ask for them: by name, as text.</summary>
internal static class UsageProperties
{
    /// <summary>Null when there are none. Read only when a rule asks, which few do.</summary>
    public static Func<string, string?>? Of(JsonText? properties)
    {
        if (properties is not { } json) return null;
        Dictionary<string, string>? texts = null;
        return name => (texts ??= Texts(json)).GetValueOrDefault(name);
    }

    // Numbers and booleans as they are written, so that 5 and "5" are the same.
    private static Dictionary<string, string> Texts(JsonText json)
    {
        using var document = JsonDocument.Parse(json.Value);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) texts[member.Name] = member.Value.GetRawText();
            else if (member.Value.ValueKind == JsonValueKind.String && Body.TryGetText(member.Value, out var text)) texts[member.Name] = text;
        }

        return texts;
    }
}
