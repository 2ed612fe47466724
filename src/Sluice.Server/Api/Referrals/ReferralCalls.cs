using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Referrals;

/// <summary>referrals.create_code and referrals.redeem_code: a customer brings another. And what became of it.</summary>
internal static class ReferralCalls
{
    // Without letters and digits that are taken for one another.
    private const string Letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const int Length = 8;

    /// <summary>A customer has one code for each program: whoever asks again gets the same.</summary>
    public static async ValueTask<Answer> CreateCode(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, programId) = (body.RequiredText("customer_id"), body.RequiredText("program_id"));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (call.Catalog.Rewards.Program(programId) is null) return call.Refuse(RewardRules.NoProgram(programId));
        if (await call.Stored(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        var code = await call.Engine.Rewards.ReferralCodeOf(call.Scope.Id, customer.Key, programId, static () => RandomNumberGenerator.GetString(Letters, Length), call.NowOf(customer));
        return Answer.Ok(new ReferralCodeBody(code.Code, customerId, code.CreatedAt), ApiJson.Default.ReferralCodeBody);
    }

    public static async ValueTask<Answer> RedeemCode(Call call)
    {
        var body = Body.Of(call.Json);
        var (word, customerId) = (body.RequiredText("code"), body.RequiredText("customer_id"));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Engine.Rewards.FindReferralCode(call.Scope.Id, word) is not { } code || call.Catalog.Rewards.Program(code.Program) is not { } program
            || (await call.Engine.Customers.Load(call.Scope, code.Customer))?.Committed is not { Deleted: false } referrer)
            return call.Refuse(RefusalCode.ReferralCodeNotFound, $"There is no referral code {word}.");
        var uses = await call.Engine.Rewards.CodeUses(CodeUses.OfReferral(call.Scope.Id, program.Id, referrer.Key));
        var ran = await call.Run(customerId, new Command.Refer(program, referrer.Key, referrer.Profile.Fingerprint, uses));
        if (ran.End != RunEnd.Done) return call.Failure(ran);
        await call.Engine.Referrals.RewardFor(call.Scope, ran.Customer, call.Now);
        return Answer.Ok(
            new RedemptionBody(PublicIds.OfReferral(ran.Customer.Key, program.Id), customerId, program.Reward) { Referrer = PersonBody.Of(referrer), Redeemer = PersonBody.Of(ran.Customer) },
            ApiJson.Default.RedemptionBody);
    }

    /// <summary>What became of a code that was redeemed.</summary>
    public static async ValueTask<Answer> GetRedemption(Call call)
    {
        var id = call.Route("redemption_id");
        if (PublicIds.Referral(id) is not var (key, programId) || await call.Engine.Rewards.FindReferral(call.Scope.Id, key, programId) is not { } referral
            || (await call.Engine.Customers.Load(call.Scope, key))?.Committed is not { Deleted: false } customer)
            return call.Refuse(RefusalCode.RedemptionNotFound, $"There is no redemption {id}.");
        var referrer = (await call.Engine.Customers.Load(call.Scope, referral.Referrer))?.Committed;
        return Answer.Ok(
            new RedemptionBody(id, customer.Profile.Id, call.Catalog.Rewards.Program(programId)?.Reward)
            {
                ProgramId = programId, RewardApplied = referral.Rewarded, CreatedAt = referral.CreatedAt, Referrer = referrer is { Deleted: false } ? PersonBody.Of(referrer) : null, Redeemer = PersonBody.Of(customer),
            },
            ApiJson.Default.RedemptionBody);
    }
}

public sealed record ReferralCodeBody(string Code, string CustomerId, Instant CreatedAt);

/// <param name="CustomerId">Who redeemed the code.</param>
/// <param name="RewardId">What the program gives; null when it is gone.</param>
public sealed record RedemptionBody(string Id, string? CustomerId, string? RewardId)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProgramId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? RewardApplied { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? CreatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PersonBody? Referrer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PersonBody? Redeemer { get; init; }
}

public sealed record PersonBody(
    string? Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email)
{
    internal static PersonBody Of(Customer customer) => new(customer.Profile.Id, customer.Profile.Name, customer.Profile.Email);
}

/// <summary>Somebody whom a customer brought.</summary>
public sealed record BroughtBody(string ProgramId, PersonBody Customer, bool RewardApplied, Instant CreatedAt)
{
    private const int Most = 1_000;

    /// <summary>Those that are still there and have an id, oldest first.</summary>
    internal static async ValueTask<IReadOnlyList<BroughtBody>> All(Call call, CustomerKey referrer)
    {
        var brought = new List<BroughtBody>();
        foreach (var referral in await call.Engine.Rewards.ReferralsBy(call.Scope.Id, referrer, Most))
        {
            if ((await call.Engine.Customers.Load(call.Scope, referral.Customer))?.Committed is { Deleted: false, Profile.Id: not null } customer)
                brought.Add(new BroughtBody(referral.Program, PersonBody.Of(customer), referral.Rewarded, referral.CreatedAt));
        }

        return brought;
    }
}
