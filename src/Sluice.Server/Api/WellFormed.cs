using System.Text.Json;
using System.Text.Unicode;

namespace Sluice.Server.Api;

/// <summary>
/// What JSON's grammar lets through and nobody can work with: bytes that are no UTF-8, and names of members that hold
/// half a character. Half a character inside a value is left to who reads the value; a track must not be lost because
/// somebody's property was cut in the middle of an emoji.
/// </summary>
internal static class WellFormed
{
    /// <param name="json">Parsed before, so its grammar is right.</param>
    public static bool Is(ReadOnlySpan<byte> json) => Utf8.IsValid(json) && (json.IndexOf("\\u"u8) < 0 || NamesAreText(json));

    private static bool NamesAreText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Frame.MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueIsEscaped) continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }

        return true;
    }
}
