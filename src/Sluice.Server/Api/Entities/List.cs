using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Entities;

/// <summary>entities.list: over all customers or of one, newest first, by cursor from 2.3 on.</summary>
internal static class List
{
    private const int OffsetDefault = 10;

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

    /// <summary>The older list of one customer's entities: all of them, and no balances.</summary>
    public static async ValueTask<Answer> OfCustomer(Call call)
    {
        var id = call.Route("customer_id");
        return await call.Read(id) is { } customer
            ? Answer.Ok(new ListBody<EntityInShortBody>(EntityInShortBody.All(call, customer)), ApiJson.Default.ListBodyEntityInShortBody)
            : call.NoSuchCustomer(id);
    }

    private static async ValueTask<Answer> Listed(Call call, Body body, PageAsked page, Refusal? refusal, bool byCursor)
    {
        var customerId = body.Text("customer_id", minLength: 1);
        var query = Read(body, call.Scope.Id, page, out var holdsNothing);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (refusal is not null) return call.Refuse(refusal);
        if (customerId is not null)
        {
            if (await call.Engine.Customers.Find(call.Scope, customerId, call.Now) is not { } cell) return call.NoSuchCustomer(customerId);
            query = query with { Customer = cell.Key };
        }

        var listed = holdsNothing ? [] : await call.Engine.Store.ListEntities(query);
        var more = listed.Count > page.Limit;
        var rows = more ? listed.Take(page.Limit).ToList() : listed;
        var bodies = await Bodies(call, rows);
        if (byCursor) return Answer.Ok(new CursorPage<EntityBody>(bodies, more ? Cursor(rows[^1]) : null), ApiJson.Default.CursorPageEntityBody);
        var all = await call.Engine.Store.CountEntities(new EntityQuery(call.Scope.Id, 0));
        var filtered = holdsNothing ? 0 : await call.Engine.Store.CountEntities(query);
        return Answer.Ok(new CountedPage<EntityBody>(bodies, bodies.Count, all, filtered, page.Limit, page.Offset, more), ApiJson.Default.CountedPageEntityBody);
    }

    private static EntityQuery Read(Body body, ScopeId scope, PageAsked page, out bool holdsNothing)
    {
        var (plans, status) = (ListFilters.Plans(body), ListFilters.Status(body));
        body.Later("processors");
        holdsNothing = status == false;
        return new EntityQuery(scope, page.Limit + 1, After(page), page.Offset, Plans: plans, Search: ListFilters.Search(body), HoldsPlan: status == true);
    }

    // Each customer once, however many of its entities are on the page.
    private static async ValueTask<IReadOnlyList<EntityBody>> Bodies(Call call, IReadOnlyList<EntityListed> rows)
    {
        var customers = (await ListFilters.States(call, [.. rows.Select(row => row.Customer).Distinct()])).ToDictionary(customer => customer.Key, call.AsOfNow);
        return
        [
            .. rows.Where(row => customers.ContainsKey(row.Customer))
                .Select(row => (Customer: customers[row.Customer], Entity: customers[row.Customer].Entities.Find(row.No)))
                .Where(pair => pair.Entity is not null)
                .Select(pair => EntityBody.Of(call, pair.Customer, pair.Entity!, CustomerExpand.None)),
        ];
    }

    private static string Cursor(EntityListed last) => PageAsked.Encode(last.CreatedAt, last.Customer, last.No.Value);

    private static EntityListed? After(PageAsked page) =>
        page.AfterNumbered is var (at, customer, no) && no <= int.MaxValue ? new EntityListed(customer, new EntityNo((int)no), at) : null;
}
