using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>An entity and what it holds.</summary>
internal static class EntityFormat
{
    public static void Write(Utf8JsonWriter to, Entity entity)
    {
        to.WriteStartObject();
        to.WriteNumber("no"u8, entity.No.Value);
        to.Text("id"u8, entity.Id);
        to.Text("name"u8, entity.Name);
        to.Text("feature"u8, entity.Feature.Value);
        to.Moment("created_at"u8, entity.CreatedAt);
        HoldingsFormat.Write(to, entity.Own);
        to.WriteEndObject();
    }

    public static Entity Read(JsonElement from, Terms terms) => new(
        new EntityNo(from.Number("no"u8)),
        from.TextOrNone("id"u8),
        from.TextOrNone("name"u8),
        from.Feature("feature"u8),
        from.Moment("created_at"u8),
        HoldingsFormat.Read(from, terms));
}
