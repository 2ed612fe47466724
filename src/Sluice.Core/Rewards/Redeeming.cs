using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A customer is given a reward: by a code, or for bringing somebody.</summary>
public static class Redeeming
{
    public static readonly Refusal ReferralsUsedUp = new(RefusalCode.ReferralLimitReached, "The code has been redeemed as often as it may be.");

    /// <param name="uses">So far, by all customers together.</param>
    public static Refusal? UsedUp(PromoCode code, long uses) => uses >= code.MostUses ? UsedUp(code.Code) : null;

    public static Refusal UsedUp(string code) => Invalid($"The code {code} has been used as often as it may be.");

    internal static Outcome Redeem(Customer customer, Catalog catalog, Command.Redeem command, Instant now)
    {
        var (reward, word, uses) = (command.Reward, command.Code, command.UsesSoFar);
        if (word is not null)
        {
            if (reward.Code(word) is not { } code) return RewardRules.NoCode(word);
            if (Refused(customer, reward.Id, code, []) is { } refused) return refused;
            if (UsedUp(code, uses) is { } usedUp) return usedUp;
        }

        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.RewardRedeemed(new Redeemed(reward.Id, word)));
        return Give(story, catalog, reward, byCode: word is not null, now) is { } refusal ? refusal : new Outcome(story.Events);
    }

    /// <summary>Why discounts that are asked for are refused; how often a code was used is not judged here.</summary>
    /// <param name="plans">What they are asked for.</param>
    /// <param name="gone">Invoices that give way: what was used for them is free again.</param>
    internal static Refusal? Refused(Customer customer, ImmutableArray<DiscountWish> wishes, IEnumerable<PlanId> plans, ImmutableHashSet<InvoiceNo> gone)
    {
        foreach (var (discount, _) in wishes)
        {
            if (!discount.Plans.IsEmpty && !discount.Plans.Intersect(plans).Any())
                return Invalid($"Discount {discount.Id} is for other plans: {string.Join(", ", discount.Plans)}.");
        }

        return wishes.Select(wish => wish.Code is { } code ? Refused(customer, wish.Discount.Id, code, gone) : null).FirstOrDefault(static refusal => refusal is not null);
    }

    /// <summary>The codes of discounts that were taken.</summary>
    /// <param name="invoice">What must be paid first; null = nothing.</param>
    internal static IEnumerable<CustomerEvent> Of(IEnumerable<DiscountWish> wishes, InvoiceNo? invoice) =>
        wishes.Where(static wish => wish.Code is not null).Select(wish => new CustomerEvent.RewardRedeemed(new Redeemed(wish.Discount.Id, wish.Code!.Code, invoice)));

    /// <summary>The customer was brought by another: a code of that one's was redeemed. Who is given what for it follows by commands of its own.</summary>
    internal static Outcome Refer(Customer customer, Command.Refer command)
    {
        var (program, referrer) = (command.Program, command.Referrer);
        if (referrer == customer.Key || (command.ReferrerFingerprint is { Length: > 0 } print && print == customer.Profile.Fingerprint))
            return new Refusal(RefusalCode.OwnCode, "A customer cannot redeem a code of its own.");
        if (customer.Billing.Referrals.Any(referral => referral.Program == program.Id)) return new Refusal(RefusalCode.AlreadyReferred, "The customer has redeemed a code of this program already.");
        if (command.RedemptionsSoFar >= program.MostRedemptions) return ReferralsUsedUp;
        return new CustomerEvent.Referred(new Referral(program.Id, referrer, program.Plans, program.CountsTrials, Earned: program.When == ReferralMoment.Redeemed));
    }

    /// <summary>Referrals that wait for a first payment are earned by it, whoever or whatever brings that about.</summary>
    internal static Outcome After(Customer before, Outcome outcome, Instant now) =>
        outcome.Refusal is null && Waits(before) ? new Outcome(After(before, [outcome.Events], now)[0]) : outcome;

    internal static ImmutableArray<ImmutableArray<CustomerEvent>> After(Customer before, ImmutableArray<ImmutableArray<CustomerEvent>> steps, Instant now)
    {
        if (!Waits(before)) return steps;
        var told = ImmutableArray.CreateBuilder<ImmutableArray<CustomerEvent>>(steps.Length);
        foreach (var step in steps)
        {
            var story = new EventList(before, now);
            foreach (var happened in step)
            {
                var paid = PlansPaid(story.Customer, happened);
                story.Add(happened);
                foreach (var referral in story.Customer.Billing.Referrals.Where(static referral => !referral.Earned).ToList())
                {
                    if (paid.Any(plan => (referral.Plans.IsEmpty || referral.Plans.Contains(plan.Plan)) && (!plan.IsTrial || referral.CountsTrials)))
                        story.Add(new CustomerEvent.Referred(referral with { Earned = true }));
                }
            }

            told.Add(story.Events);
            before = story.Customer;
        }

        return told.MoveToImmutable();
    }

    private static bool Waits(Customer customer) => customer.Billing.Referrals.Any(static referral => !referral.Earned);

    // Once for each reward, whichever of its codes.
    private static Refusal? Refused(Customer customer, string reward, PromoCode code, ImmutableHashSet<InvoiceNo> gone)
    {
        if (customer.Billing.Redeemed.Any(redeemed => redeemed.Reward == reward && redeemed.Code is not null && !(redeemed.Invoice is { } invoice && gone.Contains(invoice))))
            return Invalid($"The customer has redeemed {code.Code} or another code of the same reward already.");
        return code.FirstTimeOnly && customer.Billing.HasPaid ? new Refusal(RefusalCode.FirstTimeOnly, $"The code {code.Code} is for a first purchase, and the customer has paid before.") : null;
    }

    private static List<(PlanId Plan, bool IsTrial)> PlansPaid(Customer customer, CustomerEvent happened)
    {
        var invoice = happened switch
        {
            CustomerEvent.InvoicePaid paid => customer.Billing.Find(paid.Invoice),
            CustomerEvent.InvoiceIssued { Invoice: { Status: InvoiceStatus.Paid } issued } => issued,
            _ => null,
        };
        if (invoice is { Total.IsPositive: true })
            return [.. invoice.Lines.Where(static line => line is { Kind: LineKind.Charge, Plan: not null, Total.IsPositive: true }).Select(static line => (line.Plan!.Value, false)).Distinct()];
        return happened is CustomerEvent.PlanAttached { Subscription: { TrialEnd: not null, Runs.IsEmpty: false } tried } ? [(tried.Plan, true)] : [];
    }

    // Null = given.
    private static Refusal? Give(EventList story, Catalog catalog, Reward reward, bool byCode, Instant now)
    {
        switch (reward.Gift)
        {
            // What is given for bringing somebody does not come on top of another discount.
            case Gift.MoneyOff when !byCode && story.Customer.Billing.Discounts.Any(standing => standing.HoldsFor(null, now)):
                return null;
            case Gift.MoneyOff off:
                story.Add(new CustomerEvent.DiscountAdded(off.Discount.Standing(null, now)));
                return null;
            case Gift.InvoiceCredit credit:
                story.Add(new CustomerEvent.CreditAdded(Money.Of(credit.Amount.Amount, story.Customer.Billing.CurrencyIn(catalog))));
                return null;
            case Gift.Units units:
                foreach (var given in units.Features)
                {
                    var opened = LooseGrant.Open(story.Customer, catalog, Balance(catalog, given, now), now);
                    if (opened.Refusal is { } refusal) return refusal;
                    story.AddRange(opened.Events);
                }

                return null;
            case Gift.FreePlan free:
                return GivePlan(story, catalog, reward.Id, free.Plan, now);
            default:
                throw new InvariantViolation($"gift {reward.Gift.GetType().Name}");
        }
    }

    // All of its price is off, for as long as it is held, and no card is asked for.
    private static Refusal? GivePlan(EventList story, Catalog catalog, string reward, PlanId plan, Instant now)
    {
        var all = new DiscountWish(new Discount(reward, 100m, null, [plan]), Months: null);
        var options = AttachOptions.Default with { Discounts = catalog.Plan(plan)?.IsFree == false ? [all] : [], Redirect = Redirect.Never };
        var attach = new Command.Attach(plan, null, ImmutableDictionary<FeatureId, Quantity>.Empty, NoBillingChanges: false, SubscriptionId: null) { Options = options };
        var planned = Attaching.Attach(new Subject(story.Customer), catalog, attach, now);
        if (planned.Refusal is { } refusal) return refusal;
        story.AddRange(planned.Plan!.Events);
        return null;
    }

    private static Command.CreateBalance Balance(Catalog catalog, GivenUnits given, Instant now)
    {
        var isFlag = catalog.Feature(given.Feature) is { IsBoolean: true };
        return new Command.CreateBalance(given.Feature, null, isFlag ? null : given.Amount, Unlimited: false, given.Reset, NextResetAt: null, given.Lasts?.Boundary(now, 1));
    }

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);
}
