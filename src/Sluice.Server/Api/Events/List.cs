using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Entities;
using Sluice.Storage;

namespace Sluice.Server.Api.Events;

/// <summary>events.list: usage events, newest first, by cursor from 2.3 on.</summary>
internal static class List
{
    private const int OffsetDefault = 100;
    private const int MaxFilters = 5;
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var page = PageAsked.Read(body, call.Version, OffsetDefault, out var refusal);
        var customerId = body.Text("customer_id", minLength: 1);
        var query = Read(body, call.Scope.Id, page);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (refusal is not null) return call.Refuse(refusal);

        if (customerId is not null)
        {
            if (await call.Engine.Customers.Find(call.Scope, customerId, call.Now) is not { } cell) return Shown(call, page, []);
            query = query with { Customer = cell.Key };
        }

        return Shown(call, page, await call.Engine.Store.ListEvents(query));
    }

    private static Answer Shown(Call call, PageAsked page, IReadOnlyList<UsageEvent> events)
    {
        var more = events.Count > page.Limit;
        var rows = more ? events.Take(page.Limit).ToList() : events;
        var bodies = rows.Select(EventBody.Of).ToList();
        return call.Version.PagesByCursor
            ? Answer.Ok(new CursorPage<EventBody>(bodies, more ? Cursor(rows[^1]) : null), ApiJson.Default.CursorPageEventBody)
            : Answer.Ok(new OffsetPage<EventBody>(bodies, bodies.Count, more, page.Offset, page.Limit), ApiJson.Default.OffsetPageEventBody);
    }

    private static UsageQuery Read(Body body, ScopeId scope, PageAsked page)
    {
        var range = body.Object("custom_range");
        var (from, to) = (range?.Moment("start"), range?.Moment("end"));
        if (from > to) range!.Fault("start", "must not lie behind end");
        var filter = Filter.Read(body, MaxFilters);
        return new UsageQuery(
            scope,
            page.Limit + 1,
            Features: [.. body.Texts("feature_id", orOne: true) ?? []],
            From: from,
            To: to,
            After: After(page),
            Offset: page.Offset,
            Properties: [.. filter.Properties],
            Entity: EntityFields.Id(body));
    }

    private static string Cursor(UsageEvent last) => PageAsked.Encode(last.UsedAt, last.Customer, last.Version);

    private static UsagePosition? After(PageAsked page) => page.AfterNumbered is var (at, customer, version) ? new UsagePosition(at, customer, version) : null;
}

/// <summary>One usage event. <c>FeatureId</c> is the tracked feature or the event name.</summary>
public sealed record EventBody(
    string Id,
    Instant Timestamp,
    string FeatureId,
    string CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    Quantity Value,
    JsonText Properties,
    DeductionsBody Deductions)
{
    private static readonly JsonText Empty = new("{}");

    public static EventBody Of(UsageEvent used) => new(
        PublicIds.OfEvent(used.Customer, used.Version),
        used.UsedAt,
        used.Feature,
        used.CustomerId ?? PublicIds.Of(used.Customer),
        used.Entity,
        used.Value,
        used.Properties ?? Empty,
        new DeductionsBody(used.Customer, used.Draws));
}
