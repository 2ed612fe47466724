using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// What a search looks into, in lower case: id, name and email of customers, id and name of entities. Folding here, and not in the database,
/// gives both engines the same answer in every alphabet and needs no escaping of wildcards.
/// </summary>
internal static class SearchText
{
    public static string Of(Profile profile) => Fold($"{profile.Id}\n{profile.Name}\n{profile.Email}");

    public static string Of(EntityColumns entity) => Fold($"{entity.Id}\n{entity.Name}");

    public static string Fold(string text) => text.ToLowerInvariant();
}
