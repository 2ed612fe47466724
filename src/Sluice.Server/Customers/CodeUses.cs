using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>Codes are counted over all customers, in the unit that uses them: so none is used more often than it may be.</summary>
internal static class CodeUses
{
    public static CodeKey OfPromo(ScopeId scope, string reward, string code) => new(scope, CodeKind.Promo, reward, code);

    public static CodeKey OfReferral(ScopeId scope, string program, CustomerKey referrer) => new(scope, CodeKind.Referral, program, referrer.ToString());

    /// <param name="before">The customer before the events.</param>
    public static void Add(ScopeId scope, RewardBook book, Customer before, ImmutableArray<CustomerEvent> events, ref List<CodeUse>? uses)
    {
        if (!events.Any(static happened => happened is CustomerEvent.RewardRedeemed or CustomerEvent.Referred or CustomerEvent.InvoiceVoided)) return;
        foreach (var happened in events)
        {
            switch (happened)
            {
                // A use that waits for a payment moves to another invoice with the next try; it was counted.
                case CustomerEvent.RewardRedeemed { Redeemed: { Code: { } code } redeemed } when !Redeemed(before, redeemed.Reward, code):
                    (uses ??= []).Add(new CodeUse(OfPromo(scope, redeemed.Reward, code), 1, book.Reward(redeemed.Reward)?.Code(code)?.MostUses));
                    break;
                case CustomerEvent.Referred { Referral: var referral } when !before.Billing.Referrals.Any(known => known.Program == referral.Program):
                    (uses ??= []).Add(new CodeUse(OfReferral(scope, referral.Program, referral.Referrer), 1, book.Program(referral.Program)?.MostRedemptions));
                    break;
                case CustomerEvent.InvoiceVoided voided:
                    foreach (var unpaid in before.Billing.Redeemed.Where(redeemed => redeemed.Code is not null && redeemed.Invoice == voided.Invoice))
                        (uses ??= []).Add(new CodeUse(OfPromo(scope, unpaid.Reward, unpaid.Code!), -1, null));
                    break;
            }

            before = CustomerState.Apply(before, happened, before.LastMoment);
        }
    }

    public static Refusal Refusal(CodeKey key) => key.Kind switch
    {
        CodeKind.Promo => Redeeming.UsedUp(key.Code),
        CodeKind.Referral => Redeeming.ReferralsUsedUp,
        _ => throw new InvariantViolation($"code kind {key.Kind}"),
    };

    private static bool Redeemed(Customer customer, string reward, string code) => customer.Billing.Redeemed.Any(redeemed => redeemed.Reward == reward && redeemed.Code == code);
}
