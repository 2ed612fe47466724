using System.Security.Cryptography;
using System.Text;

namespace Sluice.Storage;

/// <summary>
/// A claim's key as PostgreSQL can hold it: no zero character, and short enough for an index. Different keys stay
/// different. A key is only ever compared, so it need not be read back.
/// </summary>
internal static class ClaimText
{
    private const int Longest = 500;
    private const char Mark = '\u0001';

    public static string Of(ClaimKey claim)
    {
        var key = claim.Key;
        if (key.Length <= Longest && key.AsSpan().IndexOfAny('\0', Mark) < 0) return key;
        return key.Length > Longest
            ? $"{Mark}h{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}"
            : key.Replace($"{Mark}", $"{Mark}1", StringComparison.Ordinal).Replace("\0", $"{Mark}0", StringComparison.Ordinal);
    }
}
