using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What the shell may ask of one customer. Wire words are already words of the field here.</summary>
public abstract record Command
{
    private Command()
    {
    }

    /// <summary>Makes the customer and attaches the plans that enable themselves.</summary>
    /// <param name="DefaultPlan">Attached instead of the plans that enable themselves.</param>
    /// <param name="DefaultGroup">Only the self-enabling plans of this group.</param>
    public sealed record Create(
        CustomerKey Key, Profile Profile, PlanId? DefaultPlan = null, string? DefaultGroup = null, bool NoDefaults = false, BillingControls? Controls = null, CustomerConfig? Config = null) : Command;

    /// <summary>Fills in an empty name and email only.</summary>
    public sealed record Backfill(string? Name, string? Email, bool? SendEmailReceipts) : Command;

    /// <summary>Replaces the profile; the shell has merged what the caller sent.</summary>
    public sealed record ChangeProfile(Func<Profile, Profile> Change) : Command;

    public sealed record Delete : Command;

    /// <summary>The id of the entity that is meant; null = the customer itself. Refused when the customer has no such entity.</summary>
    public string? Entity { get; init; }

    /// <param name="Version">The plan's latest when null.</param>
    /// <param name="Quantities">Units of prepaid features, the included ones counted in.</param>
    /// <param name="NoBillingChanges">Attach without charging: the only way to hold a priced plan before billing is there.</param>
    public sealed record Attach(PlanId Plan, int? Version, ImmutableDictionary<FeatureId, Quantity> Quantities, bool NoBillingChanges, string? SubscriptionId) : Command
    {
        public AttachOptions Options { get; init; } = AttachOptions.Default;

        public Customization? Customize { get; init; }
    }

    /// <summary>Several plans in one invoice, all or none.</summary>
    public sealed record MultiAttach(ImmutableArray<PlanWish> Plans, AttachOptions Options) : Command;

    /// <summary>Dated phases of plans: the first one now, the others at their moments. What a phase does not name any more ends with its start.</summary>
    public sealed record CreateSchedule(ImmutableArray<SchedulePhase> Phases, AttachOptions Options) : Command;

    /// <summary>A held plan is changed. Null members stay as they are.</summary>
    public sealed record UpdatePlan(PlanSelector Select) : Command
    {
        public ImmutableDictionary<FeatureId, Quantity> Quantities { get; init; } = ImmutableDictionary<FeatureId, Quantity>.Empty;

        public int? Version { get; init; }

        public Customization? Customize { get; init; }

        public CancelAction? Cancel { get; init; }

        /// <summary>What was paid goes back to the card, instead of becoming credit.</summary>
        public RefundAmount? Refund { get; init; }

        public bool Prorates { get; init; } = true;

        public InvoiceMode? InvoiceMode { get; init; }

        /// <summary>Of the invoice of the change and of later ones of the plan's billing cycle.</summary>
        public ImmutableArray<DiscountWish> Discounts { get; init; } = [];
    }

    /// <summary>
    /// Held plans, the customer's and its entities', go over to another version without a charge now: usage comes along,
    /// overage so far and the new prices stand on the next invoice.
    /// </summary>
    /// <param name="From">Versions that are moved; empty = every other.</param>
    public sealed record MovePlan(PlanId Plan, ImmutableArray<int> From, int To) : Command;

    /// <summary>The payment provider answered the question about an invoice.</summary>
    public sealed record AnswerPayment(InvoiceNo Invoice, int Attempt, PaymentAnswer Answer) : Command;

    /// <summary>Collects an open invoice now, whatever was planned.</summary>
    public sealed record CollectInvoice(InvoiceNo Invoice) : Command;

    /// <summary>It was paid outside.</summary>
    public sealed record MarkPaid(InvoiceNo Invoice) : Command;

    public sealed record VoidInvoice(InvoiceNo Invoice) : Command;

    /// <summary>A draft becomes final.</summary>
    public sealed record FinalizeInvoice(InvoiceNo Invoice) : Command;

    /// <summary>An invoice that is sent, of plans as they are priced and of amounts of the caller's. No plan comes or changes.</summary>
    public sealed record IssueInvoice(InvoiceWish Wish) : Command;

    /// <summary>An invoice that is not paid gives way to another for the same: what waited for it waits for that one.</summary>
    public sealed record ReissueInvoice(InvoiceNo Invoice, InvoiceWish Adds) : Command
    {
        /// <summary>Lines by their place, from 0. Null members stay as they are.</summary>
        public ImmutableArray<(int At, decimal? Amount, string? Description)> Edits { get; init; } = [];

        public ImmutableArray<int> Removes { get; init; } = [];

        public Func<InvoiceNote, InvoiceNote>? Note { get; init; }
    }

    /// <summary>An invoice of elsewhere, to be listed here.</summary>
    /// <param name="No">Of the one that is recorded already; null = it is new.</param>
    public sealed record RecordInvoice(InvoiceNo? No, Invoice Invoice) : Command;

    /// <summary>A page where a card is saved; what is wanted is done after that.</summary>
    public sealed record SetUpPayment(Attach? Wanted) : Command;

    public sealed record CompleteCheckout(CheckoutNo Checkout, PaymentMethod? Method) : Command;

    public sealed record ExpireCheckout(CheckoutNo Checkout) : Command;

    /// <summary>A promo code is typed in on an open page, in place of the one before.</summary>
    /// <param name="Discount">Null = the one before is taken away.</param>
    public sealed record EnterCode(CheckoutNo Checkout, DiscountWish? Discount) : Command;

    /// <summary>Null = nothing is saved any more.</summary>
    public sealed record ChangePaymentMethod(PaymentMethod? Method) : Command;

    /// <summary>Credit in favour of the customer.</summary>
    public sealed record AddCredit(Money Amount) : Command;

    public sealed record AddDiscount(DiscountWish Discount) : Command;

    /// <summary>No discount holds any more for invoices to come.</summary>
    public sealed record EndDiscounts : Command;

    /// <param name="Code">Null = it is given by other means than a code.</param>
    /// <param name="UsesSoFar">Of the code, by all customers together.</param>
    public sealed record Redeem(Reward Reward, string? Code, long UsesSoFar) : Command;

    /// <summary>The customer was brought by another.</summary>
    /// <param name="RedemptionsSoFar">Of the referrer's code.</param>
    public sealed record Refer(ReferralProgram Program, CustomerKey Referrer, string? ReferrerFingerprint, long RedemptionsSoFar) : Command;

    /// <param name="Feature">Exactly one of Feature and EventName.</param>
    /// <param name="Value">Negative gives back.</param>
    /// <param name="UsedAt">Null = now.</param>
    public sealed record Track(FeatureId? Feature, string? EventName, Quantity Value, OverageBehavior Overage, Instant? UsedAt, JsonText? Properties, bool Listed = true) : Command
    {
        /// <summary>A property of the usage as text, for what depends on properties; null when it has none of that name.</summary>
        public Func<string, string?>? Property { get; init; }

        /// <summary>The properties to record instead, where they tell what the usage was taken from.</summary>
        public Func<ImmutableArray<Draw>, JsonText>? PropertiesAfter { get; init; }

        /// <summary>Set to hold the usage until it is settled.</summary>
        public HoldTerms? Hold { get; init; }
    }

    /// <summary>Settles a hold at what was really used.</summary>
    /// <param name="Value">Null = as held; 0 = give all back.</param>
    /// <param name="Released">It was released rather than settled.</param>
    /// <param name="Properties">Of the usage that makes up the difference; null = those of the hold.</param>
    public sealed record Settle(string HoldId, Quantity? Value, bool Released, JsonText? Properties) : Command
    {
        /// <summary>A property of the usage that makes up the difference, as text: what it costs in credits may depend on it.</summary>
        public Func<string, string?>? Property { get; init; }
    }

    public sealed record CreateBalance(
        FeatureId Feature, string? BalanceId, Quantity? Included, bool Unlimited, Interval? Reset, Instant? NextResetAt, Instant? ExpiresAt, RolloverDraft? Rollover = null) : Command;

    public sealed record UpdateBalance(GrantSelector Select, BalanceChange? Change, Quantity? IncludedGrant, Instant? NextResetAt, Instant? ExpiresAt) : Command;

    /// <param name="Recalculate">What was used of the deleted balances is taken from those that remain.</param>
    public sealed record DeleteBalance(GrantSelector Select, bool Recalculate = false) : Command;

    /// <summary>Moves overage onto balances of the same holder that have something left.</summary>
    public sealed record RecalculateBalance(FeatureId Feature) : Command;

    /// <param name="Id">Null only where the caller may name it later.</param>
    public sealed record CreateEntity(string? Id, string? Name, FeatureId Feature, BillingControls? Controls) : Command;

    /// <summary>Of the entity named by <see cref="Entity"/>. Null members stay as they are.</summary>
    public sealed record UpdateEntity(string? Name, BillingControls? Controls) : Command;

    /// <summary>Of the entity named by <see cref="Entity"/>.</summary>
    public sealed record DeleteEntity : Command;

    /// <summary>Hands a plan out to entities, from the licences that plans of the customer offer. An entity with a feature is created when it is not there.</summary>
    public sealed record AssignLicenses(PlanId Plan, ImmutableArray<(string Id, string? Name, FeatureId? Feature)> Entities) : Command;

    /// <summary>Takes licences back from entities; of any plan when none is named.</summary>
    public sealed record ReleaseLicenses(PlanId? Plan, ImmutableArray<string> Entities) : Command;

    /// <summary>Lists that are set replace those the customer has.</summary>
    public sealed record ChangeControls(BillingControls Controls) : Command;

    /// <summary>The customer's own time is set, and stands still from then on. Decided as of that time, which must not lie behind what happened.</summary>
    public sealed record AdvanceClock(Instant To) : Command;

    /// <summary>Null members stay as they are.</summary>
    public sealed record ChangeConfig(bool? DisablePooledBalance, bool? DisableOverageBilling) : Command;

    /// <summary>Nothing is asked but to store what has fallen due.</summary>
    public sealed record Tick : Command;
}

/// <summary>One plan of several.</summary>
/// <param name="Entity">The id of the entity that shall hold it; null = the customer.</param>
public sealed record PlanWish(PlanId Plan, int? Version, ImmutableDictionary<FeatureId, Quantity> Quantities, string? SubscriptionId, Customization? Customize = null, string? Entity = null);

/// <param name="StartsAt">Null = now.</param>
public sealed record SchedulePhase(Instant? StartsAt, ImmutableArray<PlanWish> Plans);

/// <summary>A plan on terms of the customer's own.</summary>
public sealed record Customization
{
    public Change<PlanPrice?> Price { get; init; }

    /// <summary>Instead of the plan's items.</summary>
    public ImmutableArray<ItemDraft>? Items { get; init; }

    public ImmutableArray<ItemDraft> AddItems { get; init; } = [];

    /// <summary>Items of these features go, of this interval where one is said.</summary>
    public ImmutableArray<(FeatureId Feature, Interval? Interval)> RemoveItems { get; init; } = [];

    public Change<FreeTrial?> Trial { get; init; }

    /// <summary>Something is said beside the trial.</summary>
    internal bool ChangesTerms => Price.Said || Items is not null || !AddItems.IsEmpty || !RemoveItems.IsEmpty;
}

/// <summary>Which held plan is meant. Null members do not narrow.</summary>
public sealed record PlanSelector(PlanId? Plan = null, string? SubscriptionId = null, HeldName? Held = null);

/// <summary>A held plan as answers name it.</summary>
public readonly record struct HeldName(CustomerKey Customer, SubscriptionNo No);

public enum CancelAction
{
    EndOfCycle,
    Immediately,
    Uncancel,
}

public enum RefundAmount
{
    /// <summary>The share of the period that is left.</summary>
    Prorated,

    /// <summary>All that was paid for the period.</summary>
    Full,
}

/// <summary>What the payment provider says.</summary>
public enum PaymentAnswer
{
    Paid,
    Declined,
    NeedsConfirmation,
    NoPaymentMethod,
    Processing,
    Voided,
}

/// <summary>What happens to an amount that does not fit.</summary>
public enum OverageBehavior
{
    /// <summary>Apply what fits, drop the rest.</summary>
    Cap,

    /// <summary>Refuse, apply nothing.</summary>
    Reject,

    /// <summary>Put what is left on the first balance, however far below zero.</summary>
    Overflow,
}

/// <summary>Which grants of a customer are meant. Null members do not narrow.</summary>
/// <param name="Row">One grant, by our own id of it.</param>
public sealed record GrantSelector(FeatureId? Feature, string? BalanceId = null, GrantName? Row = null, IntervalUnit? Interval = null);

/// <summary>A grant as answers name it. An entity's share goes by the grant it is a share of.</summary>
public readonly record struct GrantName(CustomerKey Customer, GrantNo Grant);

/// <summary>A change of a balance by hand; exactly one of the three.</summary>
public abstract record BalanceChange
{
    private BalanceChange()
    {
    }

    public sealed record SetRemaining(Quantity Remaining) : BalanceChange;

    /// <summary>As <see cref="SetRemaining"/>, but what is used stays used: the grant makes up the difference.</summary>
    public sealed record SetRemainingByGrant(Quantity Remaining) : BalanceChange;

    public sealed record SetUsage(Quantity Usage) : BalanceChange;

    public sealed record Add(Quantity Amount) : BalanceChange;
}
