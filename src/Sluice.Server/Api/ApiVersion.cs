using System.Globalization;

namespace Sluice.Server.Api;

/// <summary>The version of the API a request speaks: x-api-version, or the newest when it says none.</summary>
public readonly record struct ApiVersion(int Major, int Minor)
{
    public const string Header = "x-api-version";

    public static readonly ApiVersion Newest = new(2, 4);

    /// <summary>The oldest version served.</summary>
    public static readonly ApiVersion Oldest = new(2, 1);

    // The dates under which the versions are known too.
    private static readonly Dictionary<string, ApiVersion> Dates = new(StringComparer.Ordinal)
    {
        ["2026-03-17"] = new(2, 1),
        ["2026-03-18"] = new(2, 2),
        ["2026-05-13"] = new(2, 3),
    };

    /// <summary>Lists are paged by cursor from 2.3 on, by offset before.</summary>
    public bool PagesByCursor => this is { Major: > 2 } or { Major: 2, Minor: >= 3 };

    /// <summary>A plan seen by a customer tells from 2.3 on whether it is held.</summary>
    public bool TellsWhatIsHeld => PagesByCursor;

    /// <summary>
    /// Accepts "2.3.0", "2.3" and a date with or without a suffix ("2026-05-13.clover"). A later 2.x than the newest is
    /// served as the newest. False: not a version, or one older than the oldest.
    /// </summary>
    public static bool TryParse(string? text, out ApiVersion version)
    {
        version = Newest;
        if (string.IsNullOrEmpty(text)) return true;
        if (text.Length >= 10 && Dates.TryGetValue(text[..10], out version)) return text.Length == 10 || text[10] == '.';
        var parts = text.Split('.');
        if (parts.Length is < 2 or > 3) return false;
        var numbers = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
        }

        if (numbers[0] != Oldest.Major || numbers[1] < Oldest.Minor) return false;
        version = new ApiVersion(numbers[0], Math.Min(numbers[1], Newest.Minor));
        return true;
    }
}
