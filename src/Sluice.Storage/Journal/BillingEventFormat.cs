using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The events of billing, each under its own name.</summary>
internal static class BillingEventFormat
{
    /// <summary>False: it is no event of billing, and nothing was written.</summary>
    public static bool TryWrite(Utf8JsonWriter to, CustomerEvent happened)
    {
        switch (happened)
        {
            case CustomerEvent.PlanPlanned e:
                to.Text("type"u8, "plan_planned");
                to.WritePropertyName("subscription"u8);
                HoldingsFormat.WriteSubscription(to, e.Subscription);
                return true;
            case CustomerEvent.PlanDropped e:
                WritePlan(to, "plan_dropped", e.Subscription, e.Entity);
                to.Text("plan"u8, e.Plan.Value);
                to.WriteNumber("version"u8, e.Version);
                return true;
            case CustomerEvent.PlanCanceled e:
                WritePlan(to, "plan_canceled", e.Subscription, e.Entity);
                to.Moment("canceled_at"u8, e.CanceledAt);
                to.Moment("ends_at"u8, e.EndsAt);
                return true;
            case CustomerEvent.PlanPaused e:
                WritePlan(to, "plan_paused", e.Subscription, e.Entity);
                if (e.For is { } other) to.WriteNumber("for"u8, other.Value);
                return true;
            case CustomerEvent.PlanBilled e:
                WritePlan(to, "plan_billed", e.Subscription, e.Entity);
                HoldingsFormat.WriteList(to, "runs"u8, e.Runs, PlanFormat.WriteRun);
                HoldingsFormat.WriteList(to, "upcoming"u8, e.Upcoming, PlanFormat.WriteUpcoming);
                HoldingsFormat.WriteList(to, "deferred"u8, e.Deferred, PlanFormat.WriteDraft);
                to.Moment("anchor"u8, e.Anchor);
                to.Moment("trial_end"u8, e.TrialEnd);
                return true;
            case CustomerEvent.ChangePlanned e:
                to.Text("type"u8, "change_planned");
                to.WritePropertyName("change"u8);
                PlanFormat.WriteChange(to, e.Change);
                return true;
            case CustomerEvent.GrantBought e:
                to.Text("type"u8, "grant_bought");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Amount("prepaid"u8, e.Prepaid);
                to.Amount("balance"u8, e.Balance);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                return true;
            default:
                return TryWriteMoney(to, happened);
        }
    }

    /// <summary>Null: it is no event of billing.</summary>
    public static CustomerEvent? TryRead(string type, JsonElement from, Terms terms) => type switch
    {
        "plan_planned" => new CustomerEvent.PlanPlanned(HoldingsFormat.ReadSubscription(from.GetProperty("subscription"u8), terms)),
        "plan_dropped" => new CustomerEvent.PlanDropped(PlanOf(from), new PlanId(from.Text("plan"u8)), from.Number("version"u8), EntityOf(from)),
        "plan_canceled" => new CustomerEvent.PlanCanceled(PlanOf(from), from.MomentOrNone("canceled_at"u8), from.MomentOrNone("ends_at"u8), EntityOf(from)),
        "plan_paused" => new CustomerEvent.PlanPaused(PlanOf(from), PlanFormat.HeldOrNone(from, "for"u8), EntityOf(from)),
        "plan_billed" => new CustomerEvent.PlanBilled(
            PlanOf(from), from.List("runs"u8, PlanFormat.ReadRun), from.List("upcoming"u8, PlanFormat.ReadUpcoming), from.List("deferred"u8, PlanFormat.ReadDraft),
            from.MomentOrNone("anchor"u8), from.MomentOrNone("trial_end"u8), EntityOf(from)),
        "change_planned" => new CustomerEvent.ChangePlanned(PlanFormat.ReadChange(from.GetProperty("change"u8))),
        "grant_bought" => new CustomerEvent.GrantBought(new GrantNo(from.Number("grant"u8)), from.Amount("prepaid"u8), from.Amount("balance"u8), EntityOf(from)),
        "invoice_issued" => new CustomerEvent.InvoiceIssued(InvoiceFormat.Read(from.GetProperty("invoice"u8))),
        "invoice_moved" => new CustomerEvent.InvoiceMoved(InvoiceFormat.Read(from.GetProperty("invoice"u8))),
        "invoice_paid" => new CustomerEvent.InvoicePaid(InvoiceOf(from), from.Flag("by_hand"u8)),
        "payment_failed" => new CustomerEvent.PaymentFailed(
            InvoiceOf(from), Words.ToPaymentProblem(from.Text("problem"u8)), from.MomentOrNone("next_attempt_at"u8), from.MomentOrNone("voids_at"u8)),
        "invoice_voided" => new CustomerEvent.InvoiceVoided(InvoiceOf(from)),
        "invoice_replaced" => new CustomerEvent.InvoiceReplaced(InvoiceOf(from), new InvoiceNo(from.Number("by"u8))),
        "invoice_recorded" => new CustomerEvent.InvoiceRecorded(InvoiceFormat.Read(from.GetProperty("invoice"u8))),
        "refund_asked" => new CustomerEvent.RefundAsked(InvoiceOf(from), from.Number("no"u8), from.Money("amount"u8)),
        "top_up_tallied" => new CustomerEvent.TopUpTallied(BillingFormat.ReadTally(from.GetProperty("tally"u8))),
        "top_up_failed" => new CustomerEvent.TopUpFailed(from.Feature("feature"u8), EntityOf(from), Words.ToPaymentProblem(from.Text("problem"u8))),
        "credit_added" => new CustomerEvent.CreditAdded(from.Money("amount"u8)),
        "currency_settled" => new CustomerEvent.CurrencySettled(new Currency(from.Text("currency"u8))),
        "payment_method_changed" => new CustomerEvent.PaymentMethodChanged(BillingFormat.ReadMethod(from)),
        "discount_added" => new CustomerEvent.DiscountAdded(BillingFormat.ReadStanding(from.GetProperty("discount"u8))),
        "discount_ended" => new CustomerEvent.DiscountEnded(from.Text("id"u8)),
        "reward_redeemed" => new CustomerEvent.RewardRedeemed(RewardFormat.ReadRedeemed(from.GetProperty("redeemed"u8))),
        "referred" => new CustomerEvent.Referred(RewardFormat.ReadReferral(from.GetProperty("referral"u8))),
        "checkout_opened" => new CustomerEvent.CheckoutOpened(BillingFormat.ReadCheckout(from.GetProperty("checkout"u8), terms)),
        "checkout_closed" => new CustomerEvent.CheckoutClosed(new CheckoutNo(from.Number("no"u8)), Words.ToCheckoutEnd(from.Text("how"u8))),
        _ => null,
    };

    private static bool TryWriteMoney(Utf8JsonWriter to, CustomerEvent happened)
    {
        switch (happened)
        {
            case CustomerEvent.InvoiceIssued e:
                WriteInvoice(to, "invoice_issued", e.Invoice);
                return true;
            case CustomerEvent.InvoiceMoved e:
                WriteInvoice(to, "invoice_moved", e.Invoice);
                return true;
            case CustomerEvent.InvoicePaid e:
                WriteInvoiceNo(to, "invoice_paid", e.Invoice);
                to.Flag("by_hand"u8, e.ByHand);
                return true;
            case CustomerEvent.PaymentFailed e:
                WriteInvoiceNo(to, "payment_failed", e.Invoice);
                to.Text("problem"u8, Words.Of(e.Problem));
                to.Moment("next_attempt_at"u8, e.NextAttemptAt);
                to.Moment("voids_at"u8, e.VoidsAt);
                return true;
            case CustomerEvent.InvoiceVoided e:
                WriteInvoiceNo(to, "invoice_voided", e.Invoice);
                return true;
            case CustomerEvent.InvoiceReplaced e:
                WriteInvoiceNo(to, "invoice_replaced", e.Invoice);
                to.WriteNumber("by"u8, e.By.Value);
                return true;
            case CustomerEvent.InvoiceRecorded e:
                WriteInvoice(to, "invoice_recorded", e.Invoice);
                return true;
            case CustomerEvent.RefundAsked e:
                WriteInvoiceNo(to, "refund_asked", e.Invoice);
                to.WriteNumber("no"u8, e.No);
                to.Money("amount"u8, e.Amount);
                return true;
            case CustomerEvent.TopUpTallied e:
                to.Text("type"u8, "top_up_tallied");
                to.WritePropertyName("tally"u8);
                BillingFormat.WriteTally(to, e.Tally);
                return true;
            case CustomerEvent.TopUpFailed e:
                to.Text("type"u8, "top_up_failed");
                to.Text("feature"u8, e.Feature.Value);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                to.Text("problem"u8, Words.Of(e.Problem));
                return true;
            case CustomerEvent.CreditAdded e:
                to.Text("type"u8, "credit_added");
                to.Money("amount"u8, e.Amount);
                return true;
            case CustomerEvent.CurrencySettled e:
                to.Text("type"u8, "currency_settled");
                to.Text("currency"u8, e.Currency.Code);
                return true;
            case CustomerEvent.PaymentMethodChanged e:
                to.Text("type"u8, "payment_method_changed");
                if (e.Method is { } method) BillingFormat.WriteMethod(to, method);
                return true;
            case CustomerEvent.DiscountAdded e:
                to.Text("type"u8, "discount_added");
                to.WritePropertyName("discount"u8);
                BillingFormat.WriteStanding(to, e.Discount);
                return true;
            case CustomerEvent.DiscountEnded e:
                to.Text("type"u8, "discount_ended");
                to.Text("id"u8, e.Id);
                return true;
            case CustomerEvent.RewardRedeemed e:
                to.Text("type"u8, "reward_redeemed");
                to.WritePropertyName("redeemed"u8);
                RewardFormat.WriteRedeemed(to, e.Redeemed);
                return true;
            case CustomerEvent.Referred e:
                to.Text("type"u8, "referred");
                to.WritePropertyName("referral"u8);
                RewardFormat.WriteReferral(to, e.Referral);
                return true;
            case CustomerEvent.CheckoutOpened e:
                to.Text("type"u8, "checkout_opened");
                BillingFormat.WriteCheckout(to, e.Checkout);
                return true;
            case CustomerEvent.CheckoutClosed e:
                to.Text("type"u8, "checkout_closed");
                to.WriteNumber("no"u8, e.Checkout.Value);
                to.Text("how"u8, Words.Of(e.How));
                return true;
            default:
                return false;
        }
    }

    private static void WritePlan(Utf8JsonWriter to, string type, SubscriptionNo subscription, EntityNo? entity)
    {
        to.Text("type"u8, type);
        to.WriteNumber("subscription"u8, subscription.Value);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, entity);
    }

    private static void WriteInvoice(Utf8JsonWriter to, string type, Invoice invoice)
    {
        to.Text("type"u8, type);
        to.WritePropertyName("invoice"u8);
        InvoiceFormat.Write(to, invoice);
    }

    private static void WriteInvoiceNo(Utf8JsonWriter to, string type, InvoiceNo invoice)
    {
        to.Text("type"u8, type);
        to.WriteNumber("invoice"u8, invoice.Value);
    }

    private static SubscriptionNo PlanOf(JsonElement from) => new(from.Number("subscription"u8));

    private static InvoiceNo InvoiceOf(JsonElement from) => new(from.Number("invoice"u8));

    private static EntityNo? EntityOf(JsonElement from) => HoldingsFormat.ReadEntityNo(from, "entity"u8);
}
