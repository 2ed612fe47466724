using Sluice.Core;
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
        body.Later("currency", "billing_controls", "config");
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
        var ran = await Run(call, id, newId == id ? null : newId, change);
        return ran.End == RunEnd.Done
            ? Answer.Ok(CustomerBody.Of(call, ran.Customer, expand), ApiJson.Default.CustomerBody)
            : call.Failure(ran);
    }

    private static async ValueTask<Ran> Run(Call call, string id, string? newId, Command.ChangeProfile change)
    {
        if (newId is null) return await call.Run(id, change);
        return await call.Read(id) is { } customer
            ? call.Spent(await call.Engine.Runner.Rename(call.Scope, customer, change, newId, call.Claims, call.Now))
            : Ran.Refused(CommandRunner.NoSuchCustomer(id), 0);
    }
}
