using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Which versions and customers a bulk move is about.</summary>
internal static class PlanMigrationFormat
{
    public static string Body(PlanMigration migration) => System.Text.Encoding.UTF8.GetString(JsonOut.Bytes(migration, Write));

    public static PlanMigration Read(PlanMigration without, string body)
    {
        using var document = JsonDocument.Parse(body);
        var from = document.RootElement;
        return without with
        {
            From = from.List("from"u8, static version => version.GetInt32()),
            To = from.Number("to"u8),
            Filter = new PlanMigrationFilter(
                from.List("customer_ids"u8, static id => id.GetString()!), from.TextOrNone("search"u8), from.MomentOrNone("created_from"u8), from.MomentOrNone("created_to"u8)),
        };
    }

    private static void Write(Utf8JsonWriter to, PlanMigration migration)
    {
        to.WriteStartObject();
        HoldingsFormat.WriteList(to, "from"u8, migration.From, static (list, version) => list.WriteNumberValue(version));
        to.WriteNumber("to"u8, migration.To);
        HoldingsFormat.WriteList(to, "customer_ids"u8, migration.Filter.CustomerIds, static (list, id) => list.WriteStringValue(id));
        to.Text("search"u8, migration.Filter.Search);
        to.Moment("created_from"u8, migration.Filter.CreatedFrom);
        to.Moment("created_to"u8, migration.Filter.CreatedTo);
        to.WriteEndObject();
    }
}
