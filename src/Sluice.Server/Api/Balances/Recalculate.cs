using Sluice.Core;
using Sluice.Server.Api.Entities;

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
        if (command.Entity is { } entity && before.Entities.Find(entity) is null) return call.Refuse(Decider.NoSuchEntity(entity));
        if (Decider.Decide(before, call.Catalog, command, Instant.Max(call.Now, before.LastMoment)) is not Decision.Accepted { Customer: var after }) return call.Refuse(RefusalCode.FeatureNotFound, $"Feature {command.Feature} does not exist.");
        var holder = before.Subject(command.Entity);
        var rows = before.HeldBy(holder.Entity?.No).Grants.Where(grant => grant.Feature == command.Feature).Select(grant => new RecalculatedBody(
            PublicIds.Of(before.Key, grant), grant.Remaining, after.Grant(grant.No, grant.Entity)!.Remaining)).ToList();
        var usage = Core.Balance.Of(holder, call.Catalog, call.Catalog.Feature(command.Feature)!)?.Usage ?? Quantity.Zero;
        return Answer.Ok(new RecalculationBody(usage, rows), ApiJson.Default.RecalculationBody);
    }

    private static (Body Body, string CustomerId, Command.RecalculateBalance Command) Read(Call call)
    {
        var body = Body.Of(call.Json);
        return (body, body.RequiredText("customer_id"), new Command.RecalculateBalance(new FeatureId(body.RequiredText("feature_id"))) { Entity = EntityFields.Id(body) });
    }
}

public sealed record RecalculationBody(Quantity TotalUsage, IReadOnlyList<RecalculatedBody> Entitlements);

public sealed record RecalculatedBody(string CustomerEntitlementId, Quantity BeforeRemaining, Quantity AfterRemaining);
