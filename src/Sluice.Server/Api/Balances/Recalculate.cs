using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>balances.recalculate: overage moves onto balances of the same feature that have something left; and what it would come to.</summary>
internal static class Recalculate
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var (body, customerId, command) = Read(call);
        return BalanceChanges.Run(call, body, customerId, command);
    }

    /// <summary>balances.preview_recalculate: the same decision, not carried out.</summary>
    public static async ValueTask<Answer> Preview(Call call)
    {
        var (body, customerId, command) = Read(call);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } before) return call.NoSuchCustomer(customerId);
        if (Decider.Decide(before, call.Catalog, command, Instant.Max(call.Now, before.LastMoment)) is not Decision.Accepted { Customer: var after }) return call.Refuse(RefusalCode.FeatureNotFound, $"Feature {command.Feature} does not exist.");
        var rows = before.Grants.Where(grant => grant.Feature == command.Feature).Select(grant => new RecalculatedBody(
            grant.BalanceId ?? PublicIds.Of(before.Key, grant.No), grant.Remaining, after.Grant(grant.No)!.Remaining)).ToList();
        var usage = Core.Balance.Of(before, call.Catalog, call.Catalog.Feature(command.Feature)!)?.Usage ?? Quantity.Zero;
        return Answer.Ok(new RecalculationBody(usage, rows), ApiJson.Default.RecalculationBody);
    }

    private static (Body Body, string CustomerId, Command.RecalculateBalance Command) Read(Call call)
    {
        var body = Body.Of(call.Json);
        body.Later("entity_id");
        return (body, body.RequiredText("customer_id"), new Command.RecalculateBalance(new FeatureId(body.RequiredText("feature_id"))));
    }
}

public sealed record RecalculationBody(Quantity TotalUsage, IReadOnlyList<RecalculatedBody> Entitlements);

public sealed record RecalculatedBody(string CustomerEntitlementId, Quantity BeforeRemaining, Quantity AfterRemaining);
