using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Rewards and referral programs as the bodies of their rows.</summary>
internal static class RewardBookFormat
{
    public static byte[] Write(Reward reward) => JsonOut.Bytes(reward, WriteReward);

    public static byte[] Write(ReferralProgram program) => JsonOut.Bytes(program, WriteProgram);

    public static Reward ReadReward(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var from = document.RootElement;
        return new Reward(from.Text("id"u8), from.TextOrNone("name"u8), ReadGift(from), from.List("codes"u8, ReadCode)) { CreatedAt = from.Moment("created_at"u8) };
    }

    public static ReferralProgram ReadProgram(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var from = document.RootElement;
        return new ReferralProgram(
            from.Text("id"u8),
            from.Text("reward"u8),
            from.Flag("on_payment"u8) ? ReferralMoment.Paid : ReferralMoment.Redeemed,
            from.List("plans"u8, static plan => new PlanId(plan.GetString()!)),
            from.Flag("counts_trials"u8),
            from.NumberOrNone("most_redemptions"u8),
            from.Flag("for_both"u8) ? ReferralReceiver.Both : ReferralReceiver.Referrer)
        {
            CreatedAt = from.Moment("created_at"u8),
        };
    }

    public static void WriteCode(Utf8JsonWriter to, PromoCode code)
    {
        to.WriteStartObject();
        to.Text("code"u8, code.Code);
        if (code.MostUses is { } most) to.WriteNumber("most_uses"u8, most);
        to.Flag("first_time_only"u8, code.FirstTimeOnly);
        to.WriteEndObject();
    }

    public static PromoCode ReadCode(JsonElement from) => new(from.Text("code"u8), from.NumberOrNone("most_uses"u8), from.Flag("first_time_only"u8));

    private static void WriteReward(Utf8JsonWriter to, Reward reward)
    {
        to.WriteStartObject();
        to.Text("id"u8, reward.Id);
        to.Text("name"u8, reward.Name);
        WriteGift(to, reward.Gift);
        HoldingsFormat.WriteList(to, "codes"u8, reward.Codes, WriteCode);
        to.Moment("created_at"u8, reward.CreatedAt);
        to.WriteEndObject();
    }

    private static void WriteProgram(Utf8JsonWriter to, ReferralProgram program)
    {
        to.WriteStartObject();
        to.Text("id"u8, program.Id);
        to.Text("reward"u8, program.Reward);
        to.Flag("on_payment"u8, program.When == ReferralMoment.Paid);
        HoldingsFormat.WriteList(to, "plans"u8, program.Plans, static (to, plan) => to.WriteStringValue(plan.Value));
        to.Flag("counts_trials"u8, program.CountsTrials);
        if (program.MostRedemptions is { } most) to.WriteNumber("most_redemptions"u8, most);
        to.Flag("for_both"u8, program.Receiver == ReferralReceiver.Both);
        to.Moment("created_at"u8, program.CreatedAt);
        to.WriteEndObject();
    }

    private static void WriteGift(Utf8JsonWriter to, Gift gift)
    {
        switch (gift)
        {
            case Gift.MoneyOff off:
                to.WritePropertyName("money_off"u8);
                BillingFormat.WriteWish(to, off.Discount);
                break;
            case Gift.InvoiceCredit credit:
                to.Price("credit"u8, credit.Amount);
                break;
            case Gift.Units units:
                HoldingsFormat.WriteList(to, "units"u8, units.Features, WriteUnits);
                break;
            case Gift.FreePlan free:
                to.Text("free_plan"u8, free.Plan.Value);
                break;
            default:
                throw new InvariantViolation($"gift {gift.GetType().Name}");
        }
    }

    private static Gift ReadGift(JsonElement from)
    {
        if (from.TryGetProperty("money_off"u8, out var off)) return new Gift.MoneyOff(BillingFormat.ReadWish(off));
        if (from.TryGetProperty("credit"u8, out _)) return new Gift.InvoiceCredit(from.Price("credit"u8));
        if (from.TextOrNone("free_plan"u8) is { } plan) return new Gift.FreePlan(new PlanId(plan));
        return new Gift.Units(from.List("units"u8, ReadUnits));
    }

    private static void WriteUnits(Utf8JsonWriter to, GivenUnits given)
    {
        to.WriteStartObject();
        to.Text("feature"u8, given.Feature.Value);
        to.Amount("amount"u8, given.Amount);
        if (given.Reset is { } reset) to.Every("reset"u8, reset);
        if (given.Lasts is { } lasts) to.Every("lasts"u8, lasts);
        to.WriteEndObject();
    }

    private static GivenUnits ReadUnits(JsonElement from) => new(from.Feature("feature"u8), from.Amount("amount"u8), from.EveryOrNone("reset"u8), from.EveryOrNone("lasts"u8));
}
