using Sluice.Core;
using Sluice.Server.Api.Controls;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Customers;

/// <summary>customers.update: details, merged metadata, and a new id.</summary>
internal static class Update
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Changed(call, body, CustomerFields.Id(body), CustomerFields.NewId(body, "new_customer_id"));
    }

    /// <summary>The REST twin has the id in the path, and a new one in "id".</summary>
    public static ValueTask<Answer> HandleRest(Call call)
    {
        var body = Body.Of(call.Json);
        return Changed(call, body, call.Route("customer_id"), CustomerFields.NewId(body, "id"));
    }

    private static async ValueTask<Answer> Changed(Call call, Body body, string id, string? newId)
    {
        var (name, email) = (body.Text("name", nullable: true), CustomerFields.Email(body));
        var (fingerprint, stripeId) = (body.Text("fingerprint", nullable: true), body.Text("stripe_id", nullable: true));
        var (metadata, receipts) = (body.Json("metadata", nullable: true), body.Flag("send_email_receipts"));
        var expand = CustomerExpand.Read(body, query: null, strict: false);
        var (controls, config) = (ControlFields.Read(body), CustomerFields.Config(body));
        body.Later("currency");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        var change = new Command.ChangeProfile(standing => standing with
        {
            Id = newId ?? standing.Id,
            Name = body.IsSent("name") ? name : standing.Name,
            Email = body.IsSent("email") ? email : standing.Email,
            Fingerprint = body.IsSent("fingerprint") ? fingerprint : standing.Fingerprint,
            StripeId = body.IsSent("stripe_id") ? stripeId : standing.StripeId,
            Metadata = CustomerFields.Merged(standing.Metadata, metadata),
            SendEmailReceipts = receipts ?? standing.SendEmailReceipts,
        });
        List<Command> others = [];
        if (controls is not null) others.Add(new Command.ChangeControls(controls));
        if (config is not null) others.Add(config);
        var ran = await Run(call, id, newId == id ? null : newId, change, others);
        return ran.End == RunEnd.Done
            ? Answer.Ok(await CustomerBody.Whole(call, ran.Customer, expand), ApiJson.Default.CustomerBody)
            : call.Failure(ran);
    }

    private static async ValueTask<Ran> Run(Call call, string id, string? newId, Command.ChangeProfile change, IEnumerable<Command> others)
    {
        if (newId is null) return await call.Run([.. others.Prepend(change).Select(command => new Addressed(id, command))]);
        return await call.Read(id) is { } customer
            ? call.Spent(await call.Engine.Runner.Rename(call.Scope, customer, [change, .. others], newId, call.Claims, call.Now))
            : Ran.Refused(CommandRunner.NoSuchCustomer(id), 0);
    }
}
