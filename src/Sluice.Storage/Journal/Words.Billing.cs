using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The stored words of billing.</summary>
internal static partial class Words
{
    public static string Of(InvoiceStatus word) => word switch
    {
        InvoiceStatus.Draft => "draft",
        InvoiceStatus.Open => "open",
        InvoiceStatus.Paid => "paid",
        InvoiceStatus.Void => "void",
        _ => throw Unknown(word),
    };

    public static InvoiceStatus ToInvoiceStatus(string word) => word switch
    {
        "draft" => InvoiceStatus.Draft,
        "open" => InvoiceStatus.Open,
        "paid" => InvoiceStatus.Paid,
        "void" => InvoiceStatus.Void,
        _ => throw Unknown(word),
    };

    public static string Of(InvoiceReason word) => word switch
    {
        InvoiceReason.Start => "start",
        InvoiceReason.Change => "change",
        InvoiceReason.Renewal => "renewal",
        InvoiceReason.TopUp => "top_up",
        InvoiceReason.Request => "request",
        _ => throw Unknown(word),
    };

    public static InvoiceReason ToInvoiceReason(string word) => word switch
    {
        "start" => InvoiceReason.Start,
        "change" => InvoiceReason.Change,
        "renewal" => InvoiceReason.Renewal,
        "top_up" => InvoiceReason.TopUp,
        "request" => InvoiceReason.Request,
        _ => throw Unknown(word),
    };

    public static string Of(LineKind word) => word switch
    {
        LineKind.Charge => "charge",
        LineKind.Unused => "unused",
        LineKind.Usage => "usage",
        LineKind.Custom => "custom",
        _ => throw Unknown(word),
    };

    public static LineKind ToLineKind(string word) => word switch
    {
        "charge" => LineKind.Charge,
        "unused" => LineKind.Unused,
        "usage" => LineKind.Usage,
        "custom" => LineKind.Custom,
        _ => throw Unknown(word),
    };

    public static string Of(PaymentAsk word) => word switch
    {
        PaymentAsk.Collect => "collect",
        PaymentAsk.Void => "void",
        _ => throw Unknown(word),
    };

    public static PaymentAsk ToPaymentAsk(string word) => word switch
    {
        "collect" => PaymentAsk.Collect,
        "void" => PaymentAsk.Void,
        _ => throw Unknown(word),
    };

    public static string Of(PaymentProblem word) => word switch
    {
        PaymentProblem.Declined => "declined",
        PaymentProblem.NeedsConfirmation => "needs_confirmation",
        PaymentProblem.NoPaymentMethod => "no_payment_method",
        PaymentProblem.Processing => "processing",
        PaymentProblem.Unanswered => "unanswered",
        _ => throw Unknown(word),
    };

    public static PaymentProblem ToPaymentProblem(string word) => word switch
    {
        "declined" => PaymentProblem.Declined,
        "needs_confirmation" => PaymentProblem.NeedsConfirmation,
        "no_payment_method" => PaymentProblem.NoPaymentMethod,
        "processing" => PaymentProblem.Processing,
        "unanswered" => PaymentProblem.Unanswered,
        _ => throw Unknown(word),
    };

    public static string Of(CheckoutEnd word) => word switch
    {
        CheckoutEnd.Completed => "completed",
        CheckoutEnd.Expired => "expired",
        CheckoutEnd.Replaced => "replaced",
        _ => throw Unknown(word),
    };

    public static CheckoutEnd ToCheckoutEnd(string word) => word switch
    {
        "completed" => CheckoutEnd.Completed,
        "expired" => CheckoutEnd.Expired,
        "replaced" => CheckoutEnd.Replaced,
        _ => throw Unknown(word),
    };

    public static string Of(PlanSchedule word) => word switch
    {
        PlanSchedule.Immediate => "immediate",
        PlanSchedule.EndOfCycle => "end_of_cycle",
        _ => throw Unknown(word),
    };

    public static PlanSchedule ToPlanSchedule(string word) => word switch
    {
        "immediate" => PlanSchedule.Immediate,
        "end_of_cycle" => PlanSchedule.EndOfCycle,
        _ => throw Unknown(word),
    };

    public static string Of(Redirect word) => word switch
    {
        Redirect.IfRequired => "if_required",
        Redirect.Always => "always",
        Redirect.Never => "never",
        _ => throw Unknown(word),
    };

    public static Redirect ToRedirect(string word) => word switch
    {
        "if_required" => Redirect.IfRequired,
        "always" => Redirect.Always,
        "never" => Redirect.Never,
        _ => throw Unknown(word),
    };
}
