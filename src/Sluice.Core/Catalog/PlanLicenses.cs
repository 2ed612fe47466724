using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The plans that holders of a plan may hand out to their entities.</summary>
/// <param name="stored">As the caller sent them, in their one form: what answers show.</param>
public sealed class PlanLicenses(JsonText stored, ImmutableArray<License> offers) : IEquatable<PlanLicenses>
{
    public JsonText Stored => stored;

    public ImmutableArray<License> Offers => offers;

    public bool Equals(PlanLicenses? other) => other is not null && Stored == other.Stored;

    public override bool Equals(object? other) => Equals(other as PlanLicenses);

    public override int GetHashCode() => Stored.GetHashCode();
}

/// <summary>A plan offered as a licence.</summary>
/// <param name="Included">How many of it come with the plan that offers it.</param>
/// <param name="IsCustomized">It would differ from the plan it names, which cannot be granted yet.</param>
public readonly record struct License(PlanId Plan, int Included, bool IsCustomized);
