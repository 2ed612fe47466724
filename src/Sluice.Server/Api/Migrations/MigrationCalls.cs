using System.Collections.Frozen;
using System.Globalization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Migrations;

/// <summary>migrations.*: those who hold a plan are moved to another version of it. Defined first, looked at, then run.</summary>
internal static class MigrationCalls
{
    private const int MostNamed = 1_000;
    private const int MostListed = 200;
    private const int Default = 50;
    private const int Max = 1_000;
    private const int MostPreviewed = 100;

    private static readonly FrozenDictionary<string, PlanMigrationOutcome> Outcomes =
        Enum.GetValues<PlanMigrationOutcome>().ToFrozenDictionary(MigrationBody.Of);

    public static async ValueTask<Answer> Create(Call call)
    {
        var body = Body.Of(call.Json);
        var (plan, filter) = (new PlanId(body.RequiredText("plan_id")), body.Object("filter"));
        var (from, to) = (body.WholeNumbers("from_versions") ?? [], body.WholeNumber("to_version", min: 1));
        var id = body.Text("migration_id", minLength: 1) ?? $"mig_{Guid.CreateVersion7():N}";
        var named = filter?.Texts("customer_ids") ?? [];
        if (named.Count > MostNamed) filter!.Fault("customer_ids", $"must be at most {MostNamed}: leave them out and use the other filters");
        var wanted = new PlanMigrationFilter([.. named.Distinct()], filter is null ? null : ListFilters.Search(filter), filter?.Moment("created_from"), filter?.Moment("created_to"));
        if (id.Length > 100) body.Fault("migration_id", "must be at most 100 characters");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (call.Catalog.Plan(plan, to) is not { } version) return call.Refuse(RefusalCode.PlanNotFound, to is null ? $"Plan {plan} does not exist." : $"Plan {plan} has no version {to}.");
        if (from.FirstOrDefault(one => call.Catalog.Plan(plan, one) is null) is > 0 and var unknown) return call.Refuse(RefusalCode.PlanNotFound, $"from_versions: plan {plan} has no version {unknown}.");
        if (from.Contains(version.Version) || call.Catalog.Versions(plan).Length == 1)
            return call.Refuse(RefusalCode.InvalidRequest, $"Nobody can be moved from version {version.Version} of plan {plan} to itself: edit the plan first, or name other from_versions.");
        var migration = new PlanMigration(call.Scope.Id, id, plan, [.. from.Distinct()], version.Version, wanted, PlanMigrationStatus.Draft, call.Now);
        return await call.Engine.Migrations.AddPlanMigration(migration)
            ? await Shown(call, migration)
            : call.Refuse(RefusalCode.Conflict, $"A migration with the id {id} exists already: choose another id.");
    }

    public static async ValueTask<Answer> Get(Call call)
    {
        var (migration, refused) = await Named(call, Body.Of(call.Json));
        return refused ?? await Shown(call, migration!);
    }

    public static async ValueTask<Answer> List(Call call)
    {
        var body = Body.Of(call.Json);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var bodies = new List<MigrationBody>();
        foreach (var migration in await call.Engine.Migrations.ListPlanMigrations(call.Scope.Id, MostListed)) bodies.Add(await MigrationBody.Of(call, migration));
        return Answer.Ok(new ListBody<MigrationBody>(bodies), ApiJson.Default.ListBodyMigrationBody);
    }

    /// <summary>Begins, or goes on where it was stopped; one that was completed begins anew, for who was refused or came since.</summary>
    public static async ValueTask<Answer> Run(Call call)
    {
        var (migration, refused) = await Named(call, Body.Of(call.Json));
        if (refused is { } notThere) return notThere;
        if (migration!.Status == PlanMigrationStatus.Running) return call.Refuse(RefusalCode.MigrationInProgress, $"Migration {migration.Id} is running already.");
        if (call.Catalog.Plan(migration.Plan, migration.To) is null) return call.Refuse(RefusalCode.PlanNotFound, $"Plan {migration.Plan} has no version {migration.To} any more.");
        var isGoingOn = migration.Status == PlanMigrationStatus.Paused;
        var total = isGoingOn ? migration.Total : migration.Filter.CustomerIds is { IsEmpty: false } named ? named.Length : await call.Engine.Store.CountCustomers(PlanMover.Holders(migration, call.Catalog, 1, null));
        var running = migration with { Status = PlanMigrationStatus.Running, StartedAt = isGoingOn ? migration.StartedAt : call.Now, EndedAt = null, Total = total };
        return await call.Engine.Migrations.ChangePlanMigration(running, migration.Status)
            ? await Shown(call, running)
            : call.Refuse(RefusalCode.MigrationInProgress, $"Migration {migration.Id} was changed by another call just now: look at migrations.get.");
    }

    /// <summary>Stops it after the page under way; run again it goes on.</summary>
    public static async ValueTask<Answer> Cancel(Call call)
    {
        var (migration, refused) = await Named(call, Body.Of(call.Json));
        if (refused is { } notThere) return notThere;
        var paused = migration! with { Status = PlanMigrationStatus.Paused };
        return migration.Status == PlanMigrationStatus.Running && await call.Engine.Migrations.ChangePlanMigration(paused, PlanMigrationStatus.Running)
            ? await Shown(call, paused)
            : call.Refuse(RefusalCode.InvalidRequest, $"Migration {migration.Id} is not running.");
    }

    /// <summary>What became of each customer.</summary>
    public static async ValueTask<Answer> ListItems(Call call)
    {
        var body = Body.Of(call.Json);
        var outcome = body.Choice("outcome", Outcomes);
        var page = PageAsked.ByCursor(body, Default, Max, out var refusal);
        var (migration, refused) = await Named(call, body);
        if (refused is { } notThere) return notThere;
        if (refusal is not null) return call.Refuse(refusal);
        var rows = await call.Engine.Migrations.ListPlanMigrationItems(call.Scope.Id, migration!.Id, outcome, page.AfterNumbered?.Customer, page.Limit + 1);
        var items = new List<MigrationItemBody>();
        foreach (var row in rows.Take(page.Limit)) items.Add(new MigrationItemBody((await call.Engine.Customers.Load(call.Scope, row.Customer))?.Committed?.Profile.Id, MigrationBody.Of(row.Outcome), row.Reason, row.At));
        var next = rows.Count > page.Limit ? PageAsked.Encode(rows[page.Limit - 1].At, rows[page.Limit - 1].Customer, 0) : null;
        return Answer.Ok(new CursorPage<MigrationItemBody>(items, next), ApiJson.Default.CursorPageMigrationItemBody);
    }

    /// <summary>A page of what would become of those who are left: the same decision, not carried out.</summary>
    public static async ValueTask<Answer> Preview(Call call)
    {
        var body = Body.Of(call.Json);
        var page = PageAsked.ByCursor(body, MostPreviewed, MostPreviewed, out var refusal);
        var (migration, refused) = await Named(call, body);
        if (refused is { } notThere) return notThere;
        if (refusal is not null) return call.Refuse(refusal);
        var (keys, total, next) = await Left(call, migration!, page);
        var states = await ListFilters.States(call, keys);
        return Answer.Ok(new MigrationPreviewBody(total, [.. states.Select(customer => MovePreviewBody.Of(call, customer, migration!))], next), ApiJson.Default.MigrationPreviewBody);
    }

    private static async ValueTask<(IReadOnlyList<CustomerKey> Keys, long Total, string? Next)> Left(Call call, PlanMigration migration, PageAsked page)
    {
        if (migration.Filter.CustomerIds is { IsEmpty: false } ids)
        {
            var from = page.After is { } place && int.TryParse(place.Id, NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : 0;
            var keys = new List<CustomerKey>();
            foreach (var id in ids.Skip(from).Take(page.Limit))
            {
                if (await call.Stored(id) is { } customer) keys.Add(customer.Key);
            }

            return (keys, ids.Length, from + page.Limit < ids.Length ? PageAsked.Encode(migration.CreatedAt, (from + page.Limit).ToString(CultureInfo.InvariantCulture)) : null);
        }

        var query = PlanMover.Holders(migration, call.Catalog, page.Limit + 1, page.AfterNumbered is { } after ? new CustomerListed(after.Customer, after.At) : null);
        var rows = await call.Engine.Store.ListCustomers(query);
        var some = rows.Take(page.Limit).ToList();
        return ([.. some.Select(static row => row.Key)], await call.Engine.Store.CountCustomers(query), rows.Count > page.Limit ? PageAsked.Encode(some[^1].CreatedAt, some[^1].Key, 0) : null);
    }

    private static async ValueTask<(PlanMigration? Migration, Answer? Refused)> Named(Call call, Body body)
    {
        var id = body.RequiredText("migration_id");
        if (body.Refusal is { } wrong) return (null, call.Refuse(wrong));
        return await call.Engine.Migrations.FindPlanMigration(call.Scope.Id, id) is { } migration
            ? (migration, null)
            : (null, call.Refuse(RefusalCode.MigrationNotFound, $"There is no migration {id}: make it with migrations.create."));
    }

    private static async ValueTask<Answer> Shown(Call call, PlanMigration migration) => Answer.Ok(await MigrationBody.Of(call, migration), ApiJson.Default.MigrationBody);
}
