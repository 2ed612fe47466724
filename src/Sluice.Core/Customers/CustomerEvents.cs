using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What happened to a customer. These are the journal: names and meanings never change, new ones are added.</summary>
public abstract record CustomerEvent
{
    private CustomerEvent()
    {
    }

    public sealed record Created(CustomerKey Key, Profile Profile) : CustomerEvent;

    public sealed record ProfileChanged(Profile Profile) : CustomerEvent;

    /// <summary>The customer is gone: id free, name and email removed.</summary>
    public sealed record Deleted : CustomerEvent;

    public sealed record PlanAttached(Subscription Subscription, ImmutableArray<Grant> Grants) : CustomerEvent;

    /// <summary>The held plan ended and its grants with it, entities' shares of them included.</summary>
    public sealed record PlanEnded(SubscriptionNo Subscription, PlanId Plan, int Version, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>A plan shall come: at a moment, or when its invoice is paid.</summary>
    public sealed record PlanPlanned(Subscription Subscription) : CustomerEvent;

    /// <summary>A plan that was planned does not come after all.</summary>
    public sealed record PlanDropped(SubscriptionNo Subscription, PlanId Plan, int Version, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>It was said that the held plan shall end, or (all null) that it shall not.</summary>
    public sealed record PlanCanceled(SubscriptionNo Subscription, Instant? CanceledAt, Instant? EndsAt, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>The held plan stands aside while another is tried (<paramref name="For"/>), or (null) comes back.</summary>
    public sealed record PlanPaused(SubscriptionNo Subscription, SubscriptionNo? For, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>What a held plan is billed for and until when, from now on.</summary>
    /// <param name="Deferred">Amounts that stand on its next invoice.</param>
    public sealed record PlanBilled(
        SubscriptionNo Subscription, ImmutableArray<PriceRun> Runs, ImmutableArray<Upcoming> Upcoming, ImmutableArray<DraftLine> Deferred, Instant? Anchor, Instant? TrialEnd, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>A change of a held plan waits for its invoice to be paid.</summary>
    public sealed record ChangePlanned(PlanChange Change) : CustomerEvent;

    /// <summary>Units bought in advance changed within the period.</summary>
    public sealed record GrantBought(GrantNo Grant, Quantity Prepaid, Quantity Balance, EntityNo? Entity = null) : CustomerEvent;

    public sealed record InvoiceIssued(Invoice Invoice) : CustomerEvent;

    /// <summary>The payment provider is asked once more, or a draft is final: the invoice as it stands now.</summary>
    public sealed record InvoiceMoved(Invoice Invoice) : CustomerEvent;

    /// <param name="ByHand">It was marked as paid outside.</param>
    public sealed record InvoicePaid(InvoiceNo Invoice, bool ByHand = false) : CustomerEvent;

    /// <param name="NextAttemptAt">When it is tried again by itself; null = it is not.</param>
    public sealed record PaymentFailed(InvoiceNo Invoice, PaymentProblem Problem, Instant? NextAttemptAt, Instant? VoidsAt) : CustomerEvent;

    /// <summary>It is not to be paid any more; credit that it used comes back.</summary>
    public sealed record InvoiceVoided(InvoiceNo Invoice) : CustomerEvent;

    /// <summary>What waited for one invoice, or was charged on it, waits for the other from now on.</summary>
    public sealed record InvoiceReplaced(InvoiceNo Invoice, InvoiceNo By) : CustomerEvent;

    /// <summary>An invoice of elsewhere is listed here, or is listed differently: nothing follows from it.</summary>
    public sealed record InvoiceRecorded(Invoice Invoice) : CustomerEvent;

    /// <summary>Money goes back to the card it came from.</summary>
    /// <param name="No">Numbered with the grants and held plans.</param>
    public sealed record RefundAsked(InvoiceNo Invoice, int No, Money Amount) : CustomerEvent;

    /// <summary>A purchase that happens by itself was tried, or failed.</summary>
    public sealed record TopUpTallied(TopUpTally Tally) : CustomerEvent;

    /// <summary>Units were to be bought by themselves and could not be paid.</summary>
    public sealed record TopUpFailed(FeatureId Feature, EntityNo? Entity, PaymentProblem Problem) : CustomerEvent;

    /// <summary>Credit in favour of the customer (negative: taken back), by itself and not by an invoice.</summary>
    public sealed record CreditAdded(Money Amount) : CustomerEvent;

    /// <summary>The first plan that costs something was attached: everything is billed in this currency.</summary>
    public sealed record CurrencySettled(Currency Currency) : CustomerEvent;

    public sealed record PaymentMethodChanged(PaymentMethod? Method) : CustomerEvent;

    public sealed record DiscountAdded(StandingDiscount Discount) : CustomerEvent;

    /// <summary>A discount holds for no invoice to come any more.</summary>
    public sealed record DiscountEnded(string Id) : CustomerEvent;

    public sealed record RewardRedeemed(Redeemed Redeemed) : CustomerEvent;

    /// <summary>The customer was brought by another, or (earned) that one is to be rewarded for it.</summary>
    public sealed record Referred(Referral Referral) : CustomerEvent;

    public sealed record CheckoutOpened(OpenCheckout Checkout) : CustomerEvent;

    public sealed record CheckoutClosed(CheckoutNo Checkout, CheckoutEnd How) : CustomerEvent;

    /// <summary>A balance was created by itself.</summary>
    public sealed record GrantOpened(Grant Grant) : CustomerEvent;

    public sealed record GrantClosed(GrantNo Grant, GrantEnd Why, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>A reset: the balance filled up, adjustments gone, the next boundary set.</summary>
    public sealed record GrantReset(GrantNo Grant, Quantity Balance, Instant? NextResetAt, EntityNo? Entity = null) : CustomerEvent
    {
        /// <summary>Units saved from earlier cycles, after it.</summary>
        public ImmutableArray<RolledOver> Rollovers { get; init; } = [];
    }

    /// <summary>Saved units reached their end.</summary>
    /// <param name="Left">Those that are still there.</param>
    public sealed record RolloversExpired(GrantNo Grant, ImmutableArray<RolledOver> Left, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>The included units were changed by hand.</summary>
    public sealed record GrantAdjusted(GrantNo Grant, Quantity Adjustment, EntityNo? Entity = null) : CustomerEvent;

    public sealed record GrantRescheduled(GrantNo Grant, Instant Anchor, Instant? NextResetAt, Instant? ExpiresAt, EntityNo? Entity = null) : CustomerEvent;

    /// <summary>Balances were set by hand.</summary>
    public sealed record BalanceSet(ImmutableArray<Draw> Draws) : CustomerEvent;

    /// <summary>Usage was recorded. <c>Value</c> is what was asked for, the draws what was taken.</summary>
    /// <param name="Feature">The tracked feature or the event name, as said by the caller.</param>
    /// <param name="UsedAt">When the caller says it happened.</param>
    /// <param name="Properties">A JSON object of the caller's; kept beside the journal entry, covered by its hash.</param>
    /// <param name="Listed">False when the caller asked for no usage event.</param>
    public sealed record Used(string Feature, Quantity Value, Instant UsedAt, JsonText? Properties, ImmutableArray<Draw> Draws, bool Listed) : CustomerEvent
    {
        /// <summary>The entity it was recorded for.</summary>
        public EntityNo? Entity { get; init; }

        /// <summary>The entity's id, for the usage event.</summary>
        public string? EntityId { get; init; }

        /// <summary>What it counts in usage limits.</summary>
        public ImmutableArray<WindowCount> Windows { get; init; } = [];

        /// <summary>Set when the usage is held, to be settled later.</summary>
        public Hold? Hold { get; init; }

        /// <summary>The usage among what a command led to; null when there is none.</summary>
        public static Used? In(ImmutableArray<CustomerEvent> events)
        {
            foreach (var happened in events)
            {
                if (happened is Used used) return used;
            }

            return null;
        }
    }

    /// <summary>A hold is over. What it gave back or took beyond stands in a usage before this.</summary>
    public sealed record HoldEnded(string Id, HoldEnd How) : CustomerEvent;

    /// <param name="Seats">The unit of its feature that it takes.</param>
    public sealed record EntityCreated(Entity Entity, ImmutableArray<Draw> Seats) : CustomerEvent;

    /// <summary>Its id (when it had none) or its name.</summary>
    public sealed record EntityNamed(EntityNo Entity, string? Id, string? Name) : CustomerEvent;

    /// <summary>The entity is gone with all it held.</summary>
    /// <param name="Seats">The unit of its feature, given back.</param>
    public sealed record EntityDeleted(EntityNo Entity, ImmutableArray<Draw> Seats) : CustomerEvent;

    /// <summary>An entity's plan put units into a pool, or took them out again (amount 0).</summary>
    public sealed record PoolChanged(GrantNo Pool, PoolPart Part) : CustomerEvent;

    public sealed record ControlsChanged(EntityNo? Entity, BillingControls Controls) : CustomerEvent;

    /// <summary>From now on it is this time for the customer, until it is set anew.</summary>
    public sealed record ClockSet(Instant To) : CustomerEvent;

    public sealed record ConfigChanged(CustomerConfig Config) : CustomerEvent;

    /// <summary>Usage crossed an alert's threshold.</summary>
    public sealed record AlertTriggered(FeatureId Feature, EntityNo? Entity, UsageAlert Alert) : CustomerEvent;

    /// <summary>What was allowed before is not any more.</summary>
    /// <param name="Filter">Of the usage limit that stops it.</param>
    public sealed record LimitReached(FeatureId Feature, EntityNo? Entity, AccessRule Limit, PropertyFilter? Filter) : CustomerEvent;
}

public enum CheckoutEnd
{
    Completed,
    Expired,

    /// <summary>Something else was asked for instead.</summary>
    Replaced,
}

public enum GrantEnd
{
    Deleted,
    Expired,
}

/// <summary>What was taken from one grant (negative: given back), in that grant's own unit, and the grant as answers name it.</summary>
/// <param name="BalanceId">The caller's own id of the balance; null when it has none.</param>
/// <param name="Entity">The entity that holds the grant.</param>
/// <param name="Rollover">The saved units it was taken from; null = the grant's own balance.</param>
/// <param name="Parent">The customer's grant that the entity's is a share of.</param>
public sealed record Draw(
    GrantNo Grant, string? BalanceId, FeatureId Feature, PlanId? Plan, Interval? Reset, Instant? ResetsAt, Quantity Amount, EntityNo? Entity = null, int? Rollover = null, GrantNo? Parent = null);
