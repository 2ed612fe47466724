using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Customers;

/// <summary>Before 2.1, a customer who is not there yet came into being with the first check or track.</summary>
internal static class Newcomers
{
    /// <summary>
    /// Makes the customer a request is about where its version does that and there is none. Never for a publishable
    /// key: whoever reads a web page could fill the list of customers. Null when the request can go on.
    /// </summary>
    public static async ValueTask<Answer?> Make(Call call, Body body)
    {
        if (!call.Version.MakesCustomers || call.IsPublishable || body.Text("customer_id") is not { } id) return null;
        if (await call.Engine.Customers.FindCommitted(call.Scope, id, call.Now) is not null) return null;
        var profile = CustomerFields.Newcomer(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        // Without the request's claims: they go with what it asks for, which is still to come.
        var (ran, _) = await call.Engine.Runner.GetOrCreate(call.Scope, profile, key => new Command.Create(key, profile), [], call.Now);
        return ran.End == RunEnd.Done ? null : call.Failure(ran);
    }
}
