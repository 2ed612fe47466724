using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What a customer has redeemed, and by whom it was brought.</summary>
internal static class RewardFormat
{
    public static void WriteRedeemed(Utf8JsonWriter to, Redeemed redeemed)
    {
        to.WriteStartObject();
        to.Text("reward"u8, redeemed.Reward);
        to.Text("code"u8, redeemed.Code);
        if (redeemed.Invoice is { } invoice) to.WriteNumber("invoice"u8, invoice.Value);
        to.WriteEndObject();
    }

    public static Redeemed ReadRedeemed(JsonElement from) => new(
        from.Text("reward"u8), from.TextOrNone("code"u8), from.NumberOrNone("invoice"u8) is { } invoice ? new InvoiceNo(invoice) : null);

    public static void WriteReferral(Utf8JsonWriter to, Referral referral)
    {
        to.WriteStartObject();
        to.Text("program"u8, referral.Program);
        to.WriteNumber("referrer"u8, referral.Referrer.Value);
        HoldingsFormat.WriteList(to, "plans"u8, referral.Plans, static (to, plan) => to.WriteStringValue(plan.Value));
        to.Flag("counts_trials"u8, referral.CountsTrials);
        to.Flag("earned"u8, referral.Earned);
        to.WriteEndObject();
    }

    public static Referral ReadReferral(JsonElement from) => new(
        from.Text("program"u8),
        new CustomerKey(from.Long("referrer"u8)),
        from.List("plans"u8, static plan => new PlanId(plan.GetString()!)),
        from.Flag("counts_trials"u8),
        from.Flag("earned"u8));
}
