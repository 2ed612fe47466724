using System.Collections.Frozen;
using System.Globalization;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Customers;

/// <summary>customers.list: newest first, by cursor from 2.3 on.</summary>
internal static class List
{
    private const int OffsetDefault = 10;

    private static readonly FrozenDictionary<string, bool> SortOrders = new Dictionary<string, bool> { ["asc"] = true, ["desc"] = false }.ToFrozenDictionary();

    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var page = PageAsked.Read(body, call.Version, OffsetDefault, out var refusal);
        return Listed(call, body, page, refusal, call.Version.PagesByCursor);
    }

    /// <summary>GET pages by offset in every version.</summary>
    public static ValueTask<Answer> HandleRest(Call call)
    {
        var body = Body.OfQuery(call.Request.Query, "limit", "offset");
        return Listed(call, body, PageAsked.ByOffset(body, OffsetDefault), null, byCursor: false);
    }

    private static async ValueTask<Answer> Listed(Call call, Body body, PageAsked page, Refusal? refusal, bool byCursor)
    {
        var query = Read(body, call.Scope.Id, page, out var holdsNothing);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (refusal is not null) return call.Refuse(refusal);

        var listed = holdsNothing ? [] : await call.Engine.Store.ListCustomers(query);
        var more = listed.Count > page.Limit;
        var rows = more ? listed.Take(page.Limit).ToList() : listed;
        var customers = await ListFilters.States(call, [.. rows.Select(row => row.Key)]);
        var expand = CustomerExpand.Read(Body.Of(call.Json), query: null, strict: false);
        var bodies = new List<CustomerBody>();
        foreach (var customer in customers) bodies.Add(await CustomerBody.Whole(call, call.AsOfNow(customer), expand));
        return byCursor
            ? Answer.Ok(new CursorPage<CustomerBody>(bodies, more ? PageAsked.Encode(rows[^1].CreatedAt, rows[^1].Key.Value.ToString(CultureInfo.InvariantCulture)) : null), ApiJson.Default.CursorPageCustomerBody)
            : await Counted(call, holdsNothing ? null : query, page, bodies, more);
    }

    private static async ValueTask<Answer> Counted(Call call, CustomerQuery? query, PageAsked page, IReadOnlyList<CustomerBody> bodies, bool more)
    {
        var all = await call.Engine.Store.CountCustomers(new CustomerQuery(call.Scope.Id, 0));
        var filtered = query is null ? 0 : await call.Engine.Store.CountCustomers(query);
        return Answer.Ok(new CountedPage<CustomerBody>(bodies, bodies.Count, all, filtered, page.Limit, page.Offset, more), ApiJson.Default.CountedPageCustomerBody);
    }

    private static CustomerQuery Read(Body body, ScopeId scope, PageAsked page, out bool holdsNothing)
    {
        var (plans, status) = (ListFilters.Plans(body), ListFilters.Status(body));
        var range = body.Object("created_at_range");
        body.Later("processors");
        holdsNothing = status == false;
        CustomerListed? after = null;
        if (page.After is { } last && long.TryParse(last.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var key)) after = new CustomerListed(new CustomerKey(key), last.At);
        return new CustomerQuery(
            scope,
            page.Limit + 1,
            after,
            page.Offset,
            OldestFirst: body.Choice("sort_order", SortOrders) ?? false,
            plans,
            ListFilters.Search(body),
            range?.Moment("start"),
            range?.Moment("end"),
            HoldsPlan: status == true);
    }
}
