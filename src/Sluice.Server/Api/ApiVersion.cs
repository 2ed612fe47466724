using System.Globalization;

namespace Sluice.Server.Api;

/// <summary>The version of the API a request speaks: x-api-version, or the newest when it says none.</summary>
public readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    public const string Header = "x-api-version";

    public static readonly ApiVersion Newest = new(2, 4);

    /// <summary>The oldest version served.</summary>
    public static readonly ApiVersion Oldest = new(1, 2);

    private static readonly ApiVersion FirstOfToday = new(2, 0);

    // The dates under which the versions are known too.
    private static readonly Dictionary<string, ApiVersion> Dates = new(StringComparer.Ordinal)
    {
        ["2025-02-01"] = new(0, 1),
        ["2025-04-01"] = new(0, 2),
        ["2025-04-17"] = new(1, 1),
        ["2025-05-05"] = new(1, 2),
        ["2026-03-16"] = new(2, 0),
        ["2026-03-17"] = new(2, 1),
        ["2026-03-18"] = new(2, 2),
        ["2026-05-13"] = new(2, 3),
    };

    // Versions by other names. The beta of version 2 answers as 1.2 does.
    private static readonly Dictionary<string, ApiVersion> Names = new(StringComparer.Ordinal)
    {
        ["beta"] = new(1, 2),
        ["1.4"] = new(1, 2),
        ["2"] = new(2, 0),
        ["1"] = new(0, 2),
    };

    private static readonly ApiVersion[] BeforeTwo = [new(0, 1), new(0, 2), new(1, 1), new(1, 2)];

    /// <summary>Lists are paged by cursor from 2.3 on, by offset before.</summary>
    public bool PagesByCursor => this is { Major: > 2 } or { Major: 2, Minor: >= 3 };

    /// <summary>Before 2.1 a check or track of a customer who is not there makes the customer.</summary>
    public bool MakesCustomers => this is { Major: < 2 } or { Major: 2, Minor: < 1 };

    /// <summary>Before 2.0 a plan could charge seats when they are taken; from then on they are billed in arrears.</summary>
    public bool ProratesSeats => Major < 2;

    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;

    public int CompareTo(ApiVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    /// <summary>
    /// Accepts "2.3.0", "2.3", "2", "beta" and a date with or without a suffix ("2026-05-13.clover"). A later 2.x than
    /// the newest is served as the newest. When it is no version or one older than the oldest, <paramref name="fault"/>
    /// says so.
    /// </summary>
    public static bool TryParse(string? text, out ApiVersion version, out string? fault)
    {
        (version, fault) = (Newest, null);
        if (string.IsNullOrEmpty(text)) return true;
        var known = text.Length >= 10 && Dates.TryGetValue(text[..10], out version) ? text.Length == 10 || text[10] == '.' : Names.TryGetValue(text, out version) || Numbered(text, out version);
        if (!known) fault = $"\"{text}\" is not a version of this API: use {Oldest} to {Newest}, or leave {Header} out for the newest.";
        else if (version < Oldest) fault = $"\"{text}\" is version {version}, which Sluice does not serve: the oldest is {Oldest}. Use {Oldest} to {Newest}, or leave {Header} out for the newest.";
        return fault is null;
    }

    private static bool Numbered(string text, out ApiVersion version)
    {
        version = default;
        var parts = text.Split('.');
        if (parts.Length is < 2 or > 3) return false;
        var numbers = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
        }

        version = new ApiVersion(numbers[0], numbers[1]);
        if (version.Major != FirstOfToday.Major) return BeforeTwo.Contains(version);
        if (version > Newest) version = Newest;
        return true;
    }
}
