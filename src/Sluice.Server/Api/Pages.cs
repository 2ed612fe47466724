using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>A page of a list from 2.3 on.</summary>
public sealed record CursorPage<T>(IReadOnlyList<T> List, string? NextCursor);

/// <summary>A page of a list before 2.3. <c>Total</c> counts this page.</summary>
public sealed record OffsetPage<T>(IReadOnlyList<T> List, int Total, bool HasMore, int Offset, int Limit);

/// <summary>A page of customers by offset. <c>Total</c> counts this page, the others all there are and all that the filters let through.</summary>
public sealed record CountedPage<T>(IReadOnlyList<T> List, int Total, long TotalCount, long TotalFilteredCount, int Limit, int Offset, bool HasMore);

/// <summary>How much of a list is asked for, and from where.</summary>
/// <param name="After">The last row of the page before: a moment and an id; null = the first page.</param>
internal sealed record PageAsked(int Limit, int Offset, (Instant At, string Id)? After)
{
    private const int CursorDefault = 50;
    private const int SchemaMax = 5_000;
    private const int Max = 1_000;

    /// <summary>By cursor from 2.3 on, by offset before. A fault is put on the body; a refusal returned.</summary>
    public static PageAsked Read(Body body, ApiVersion version, int offsetDefault, out Refusal? refusal)
    {
        refusal = null;
        return version.PagesByCursor ? ByCursor(body, CursorDefault, Max, out refusal) : ByOffset(body, offsetDefault);
    }

    /// <summary>By cursor, whatever the version.</summary>
    public static PageAsked ByCursor(Body body, int otherwise, int most, out Refusal? refusal)
    {
        refusal = null;
        var limit = body.WholeNumber("limit", min: 1, max: SchemaMax) ?? otherwise;
        var cursor = body.Text("start_cursor");
        if (limit > most && limit <= SchemaMax) refusal = new Refusal(RefusalCode.InvalidRequest, $"limit: a page holds at most {most} rows.");
        (Instant, string)? after = null;
        if (!string.IsNullOrEmpty(cursor) && (after = Decode(cursor)) is null)
            refusal = new Refusal(RefusalCode.InvalidCursor, "start_cursor: not a cursor of this list. Send the next_cursor of the page before, or \"\" for the first page.");
        return new PageAsked(limit, 0, after);
    }

    /// <summary>By offset, whatever the version.</summary>
    public static PageAsked ByOffset(Body body, int otherwise) => new(body.WholeNumber("limit", min: 1, max: Max) ?? otherwise, body.WholeNumber("offset", min: 0) ?? 0, null);

    public static string Encode(Instant at, string id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{at.Milliseconds}:{id}")));

    /// <summary>For a list whose rows belong to customers and are numbered within each.</summary>
    public static string Encode(Instant at, CustomerKey customer, long no) => Encode(at, string.Create(CultureInfo.InvariantCulture, $"{customer.Value}.{no}"));

    /// <summary>The same read back; null = the first page, and for a cursor of another list.</summary>
    public (Instant At, CustomerKey Customer, long No)? AfterNumbered =>
        After is { } after && after.Id.Split('.') is [var customer, var no]
        && long.TryParse(customer, NumberStyles.None, CultureInfo.InvariantCulture, out var key) && long.TryParse(no, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (after.At, new CustomerKey(key), number)
            : null;

    private static (Instant At, string Id)? Decode(string cursor)
    {
        if (!Base64Url.IsValid(cursor)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split(':', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at) ? (new Instant(at), parts[1]) : null;
    }
}
