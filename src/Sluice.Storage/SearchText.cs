using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// What a search over customers looks into: id, name and email in lower case. Folding here, and not in the database,
/// gives both engines the same answer in every alphabet and needs no escaping of wildcards.
/// </summary>
internal static class SearchText
{
    public static string Of(Profile profile) => Fold($"{profile.Id}\n{profile.Name}\n{profile.Email}");

    public static string Fold(string text) => text.ToLowerInvariant();
}
