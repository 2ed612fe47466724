using System.Text;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>One member of a JSON object, as text.</summary>
internal static class PropertyText
{
    /// <summary>The members of an object by their names, read only when one is asked for; null when there is no object.</summary>
    public static Func<string, string?>? Of(JsonText? json) => json is { } text ? Reader(text) : null;

    private static Func<string, string?> Reader(JsonText text)
    {
        byte[]? bytes = null;
        return name => Find(bytes ??= Encoding.UTF8.GetBytes(text.Value), name);
    }

    /// <summary>Strings unescaped, everything else as written; null when there is none.</summary>
    public static string? Find(ReadOnlySpan<byte> json, string name)
    {
        if (json.IsEmpty) return null;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found) return Text(ref reader, json);
            reader.Skip();
        }

        return null;
    }

    // Half a character, written as an escape, is valid JSON and no text: it stays as written.
    private static string Unescaped(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private static string? Text(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return Unescaped(ref reader);
            default:
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
        }
    }
}
