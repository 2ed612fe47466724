using Sluice.Core;
using Sluice.Server.Api.Controls;
using Sluice.Server.Api.Entities;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Customers;

/// <summary>customers.get_or_create: the customer, made with the plans that enable themselves when it is not there yet.</summary>
internal static class GetOrCreate
{
    public static ValueTask<Answer> Handle(Call call) => Handle(call, Body.Of(call.Json), "customer_id");

    /// <summary>The REST twin calls the field "id".</summary>
    public static ValueTask<Answer> HandleRest(Call call) => Handle(call, Body.Of(call.Json), "id");

    private static async ValueTask<Answer> Handle(Call call, Body body, string idField)
    {
        var asked = Asked.Read(body, idField, call);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (asked.Profile is { Id: null, Email: null })
            return call.Refuse(RefusalCode.InvalidRequest, $"{idField} is null: a customer without an id needs an email.");

        if (asked.Entity is { } entity && Entity.Unfit(call.Catalog, entity.Feature) is { } unfit) return call.Refuse(unfit);

        // Again when a customer that was there is deleted before it is answered: it must come out of this as one that is.
        while (true)
        {
            var (there, failure) = await Existing(call, asked.Profile);
            if (failure is { } no) return no;
            if (asked.EntityMissing(there) is { } missing) return call.Refuse(missing);
            if (there is null)
            {
                var (ran, made) = await call.Engine.Runner.GetOrCreate(
                    call.Scope, asked.Profile, key => new Command.Create(key, asked.Profile, asked.DefaultPlan, asked.DefaultGroup, asked.NoDefaults, asked.Controls, asked.Config), call.Claims, call.Now);
                if (call.Spent(ran).End != RunEnd.Done) return call.Failure(ran);
                if (made) return await asked.Shown(call, ran.Customer);
                there = ran.Customer;
            }

            if (await Answered(call, asked, there) is { } answer) return answer;
        }
    }

    // By id; else, when one stands under the same email without an id, that one takes the id.
    private static async ValueTask<(Customer? There, Answer? Failure)> Existing(Call call, Profile profile)
    {
        if (profile.Id is not { } id) return (await call.Engine.Customers.FindByEmail(call.Scope, profile.Email!, call.Now), null);
        if (await call.Engine.Customers.FindCommitted(call.Scope, id, call.Now) is { } found) return (found, null);
        if (profile.Email is not { } email || await call.Engine.Customers.FindByEmail(call.Scope, email, call.Now) is not { } nameless) return (null, null);
        var adopted = call.Spent(await call.Engine.Runner.Rename(call.Scope, nameless, [new Command.ChangeProfile(standing => standing with { Id = id })], id, call.Claims, call.Now));
        return adopted.End switch
        {
            RunEnd.Done => (adopted.Customer, null),
            RunEnd.Refused => (null, null),
            _ => (null, call.Failure(adopted)),
        };
    }

    // Null: it was deleted meanwhile.
    private static async ValueTask<Answer?> Answered(Call call, Asked asked, Customer customer)
    {
        var backfill = new Command.Backfill(asked.Profile.Name, asked.Profile.Email, asked.SendEmailReceipts);
        if (customer.Profile.Backfilled(backfill) == customer.Profile) return await asked.Shown(call, call.AsOfNow(customer));
        var ran = await call.Run([new Addressed(customer.Key, backfill)]);
        if (ran is { End: RunEnd.Refused, Refusal.Code: RefusalCode.CustomerNotFound }) return null;
        return ran.End == RunEnd.Done ? await asked.Shown(call, ran.Customer) : call.Failure(ran);
    }

    private sealed record Asked(
        Profile Profile, bool? SendEmailReceipts, PlanId? DefaultPlan, string? DefaultGroup, bool NoDefaults, CustomerExpand Expand, bool WithInternalId,
        BillingControls? Controls, CustomerConfig? Config, string? EntityId, Command.CreateEntity? Entity)
    {
        public static Asked Read(Body body, string idField, Call call)
        {
            var receipts = body.Flag("send_email_receipts");
            var profile = new Profile(
                CustomerFields.IdOrNull(body, idField),
                body.Text("name", nullable: true),
                CustomerFields.Email(body),
                body.Text("fingerprint", nullable: true),
                body.Text("stripe_id", nullable: true),
                CustomerFields.Merged(null, body.Json("metadata", nullable: true)),
                receipts ?? false);
            var internals = body.Object("internal_options");
            var entityId = EntityFields.Id(body);
            body.Later("create_in_stripe", "currency", "processors");
            return new Asked(
                profile,
                receipts,
                body.Text("auto_enable_plan_id", minLength: 1) is { } plan ? new PlanId(plan) : null,
                internals?.Text("default_group"),
                internals?.Flag("disable_defaults", otherwise: false) ?? false,
                CustomerExpand.Read(body, call.Query("expand")),
                body.Flag("with_autumn_id", otherwise: false),
                ControlFields.Read(body),
                CustomerFields.NewConfig(body),
                entityId,
                entityId is null ? null : EntityFields.Data(body, entityId));
        }

        /// <summary>Why the entity that is asked for can neither be found nor made.</summary>
        public Refusal? EntityMissing(Customer? there) =>
            EntityId is { } id && Entity is null && there?.Entities.Find(id) is null ? EntityFields.Undescribed(id) : null;

        /// <summary>The customer, with the entity that was asked for.</summary>
        public async ValueTask<Answer> Shown(Call call, Customer customer)
        {
            if (Entity is not null && customer.Entities.Find(EntityId!) is null)
            {
                var ran = await call.Run([new Addressed(customer.Key, Entity)]);
                if (ran.End == RunEnd.Done) customer = ran.Customer;
                else if (ran.Refusal?.Code != RefusalCode.EntityExists) return call.Failure(ran);
            }

            return Answer.Ok(await CustomerBody.Whole(call, customer, Expand, WithInternalId), ApiJson.Default.CustomerBody);
        }
    }
}
