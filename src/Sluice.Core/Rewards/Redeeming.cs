using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A customer is given a reward: by a code of its own, or for bringing somebody.</summary>
internal static class Redeeming
{
    public static Outcome Redeem(Customer customer, Catalog catalog, Command.Redeem command, Instant now)
    {
        var (reward, word, uses) = (command.Reward, command.Code, command.UsesSoFar);
        if (word is not null)
        {
            if (reward.Code(word) is not { } code) return new Refusal(RefusalCode.NotFound, $"There is no code {word}.");
            if (customer.Billing.Redeemed.Any(redeemed => redeemed.Reward == reward.Id)) return Invalid($"The customer has redeemed {word} or another code of the same reward already.");
            if (uses >= code.MostUses) return Invalid($"The code {word} has been used as often as it may be.");
            if (code.FirstTimeOnly && HasPaid(customer)) return new Refusal(RefusalCode.FirstTimeOnly, $"The code {word} is for a first purchase, and the customer has paid before.");
        }

        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.RewardRedeemed(new Redeemed(reward.Id, word)));
        return Give(story, catalog, reward, now) is { } refusal ? refusal : new Outcome(story.Events);
    }

    /// <summary>The customer was brought by another: a code of that one's was redeemed.</summary>
    public static Outcome Refer(Customer customer, Catalog catalog, Command.Refer command, Instant now)
    {
        var (program, referrer) = (command.Program, command.Referrer);
        if (referrer == customer.Key || (command.ReferrerFingerprint is { Length: > 0 } print && print == customer.Profile.Fingerprint))
            return new Refusal(RefusalCode.OwnCode, "A customer cannot redeem a code of its own.");
        if (customer.Billing.Referrals.Any(referral => referral.Program == program.Id)) return Invalid("The customer has redeemed a code of this program already.");
        if (command.RedemptionsSoFar >= program.MostRedemptions)
            return new Refusal(RefusalCode.ReferralLimitReached, "The code has been redeemed as often as it may be.");
        var isEarned = program.When == ReferralMoment.Redeemed;
        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.Referred(new Referral(program.Id, referrer, program.Plans, program.CountsTrials, isEarned)));
        if (!isEarned) return new Outcome(story.Events);
        return program.Receiver == ReferralReceiver.Both && Give(story, catalog, program.Reward, now) is { } refusal ? refusal : new Outcome(story.Events);
    }

    /// <summary>Referrals that wait for a first payment are earned by it. Who is to be given what is the shell's: it knows the programs.</summary>
    public static Outcome After(Customer before, Outcome outcome, Instant now)
    {
        if (outcome.Refusal is not null || !before.Billing.Referrals.Any(static referral => !referral.Earned)) return outcome;
        var story = new EventList(before, now);
        foreach (var happened in outcome.Events)
        {
            var paid = PlansPaid(story.Customer, happened);
            story.Add(happened);
            foreach (var referral in story.Customer.Billing.Referrals.Where(static referral => !referral.Earned).ToList())
            {
                if (paid.Any(plan => (referral.Plans.IsEmpty || referral.Plans.Contains(plan.Plan)) && (!plan.IsTrial || referral.CountsTrials)))
                    story.Add(new CustomerEvent.Referred(referral with { Earned = true }));
            }
        }

        return new Outcome(story.Events);
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
    private static Refusal? Give(EventList story, Catalog catalog, Reward reward, Instant now)
    {
        switch (reward.Gift)
        {
            case Gift.MoneyOff off:
                story.Add(new CustomerEvent.DiscountAdded(off.Discount.Standing(null, now)));
                return null;
            case Gift.InvoiceCredit credit:
                story.Add(new CustomerEvent.CreditAdded(Money.Of(credit.Amount.Amount, story.Customer.Billing.Currency ?? catalog.Policy.Currency)));
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

    // Who paid once has a currency; what is in favour of a customer alone gives none.
    private static bool HasPaid(Customer customer) => customer.Billing.HasPaid;

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);
}
