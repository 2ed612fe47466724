using System.Text;
using System.Text.Json;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Events;

internal enum GroupKind
{
    Property,
    Customer,
    Entity,
    Plan,

    /// <summary>The feature that was tracked, where amounts are those of a balance.</summary>
    TrackedFeature,
}

/// <summary>What usage is grouped by. What an event lacks is the group "".</summary>
internal sealed record Grouping(GroupKind Kind, string? Property)
{
    private const string PropertyPrefix = "properties.";

    public static Grouping? Read(Body body)
    {
        switch (body.Text("group_by", minLength: 1))
        {
            case null:
                return null;
            case "$customer_id":
                return new Grouping(GroupKind.Customer, null);
            case "$plan_id":
                return new Grouping(GroupKind.Plan, null);
            case "$feature_id":
                return new Grouping(GroupKind.TrackedFeature, null);
            case "$entity_id":
                return new Grouping(GroupKind.Entity, null);
            case { } text when text.StartsWith(PropertyPrefix, StringComparison.Ordinal) && text.Length > PropertyPrefix.Length:
                return new Grouping(GroupKind.Property, text[PropertyPrefix.Length..]);
            default:
                body.Fault("group_by", "must be properties.<name>, $customer_id, $entity_id, $plan_id or $feature_id");
                return null;
        }
    }

    /// <summary>The group of an event as scanned; customers are grouped by key and named later.</summary>
    public string Of(scoped in UsageSeen seen) => Kind switch
    {
        GroupKind.Property => PropertyText.Find(seen.Properties, Property!) ?? "",
        GroupKind.Customer => seen.Customer.ToString(),
        GroupKind.Entity => seen.Entity ?? "",
        GroupKind.Plan => seen.Draws.Select(draw => draw.Plan?.Value).FirstOrDefault(plan => plan is not null) ?? "",
        GroupKind.TrackedFeature => seen.Feature,
        _ => throw new InvariantViolation($"group kind {Kind}"),
    };
}

/// <summary>Properties that an event must have, compared as text.</summary>
internal sealed record Filter(IReadOnlyList<(string Name, string Value)> Properties)
{
    private const string PropertyPrefix = "properties.";

    public bool IsEmpty => Properties.Count == 0;

    public static Filter Read(Body body, int max)
    {
        var sent = body.Object("filter_by")?.Texts() ?? [];
        if (sent.Count > max) body.Fault("filter_by", $"takes at most {max} properties");
        return new Filter([.. sent.Select(filter => (filter.Name.StartsWith(PropertyPrefix, StringComparison.Ordinal) ? filter.Name[PropertyPrefix.Length..] : filter.Name, filter.Value))]);
    }

    public bool Lets(scoped in UsageSeen seen)
    {
        foreach (var (name, value) in Properties)
        {
            if (PropertyText.Find(seen.Properties, name) != value) return false;
        }

        return true;
    }
}
