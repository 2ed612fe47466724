using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Properties a usage must have, all of them, compared as text. None at all = any usage.</summary>
/// <param name="Properties">Sorted by name.</param>
public sealed record PropertyFilter(ImmutableArray<PropertyMatch> Properties)
{
    public static PropertyFilter Of(IEnumerable<PropertyMatch> properties) => new([.. properties.OrderBy(static match => match.Name, StringComparer.Ordinal)]);

    /// <param name="property">The value of a property of the usage as text; null when it has none.</param>
    public bool Matches(Func<string, string?>? property)
    {
        foreach (var (name, value, _) in Properties)
        {
            if (property?.Invoke(name) != value) return false;
        }

        return true;
    }

    public bool Equals(PropertyFilter? other) => other is not null && Properties.AsSpan().SequenceEqual(other.Properties.AsSpan());

    public override int GetHashCode() => Properties.Length == 0 ? 0 : Properties[0].GetHashCode();
}

/// <param name="Value">As text: 5, true and "5", "true" are the same.</param>
/// <param name="Json">As the caller wrote it.</param>
public sealed record PropertyMatch(string Name, string Value, JsonText Json);
