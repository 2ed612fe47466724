using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Billing;
using Sluice.Server.Api.Controls;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Invoices;
using Sluice.Server.Api.Licenses;
using Sluice.Server.Api.Plans;
using Sluice.Server.Api.Referrals;
using Sluice.Server.Api.Rewards;

namespace Sluice.Server.Api.Customers;

/// <summary>A customer as the API shows it.</summary>
public sealed record CustomerBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AutumnId,
    string? Id,
    string? Name,
    string? Email,
    Instant CreatedAt,
    string? Fingerprint,
    string? StripeId,
    string Env,
    JsonText Metadata,
    bool SendEmailReceipts,
    ControlsBody BillingControls,
    IReadOnlyList<SubscriptionBody> Subscriptions,
    IReadOnlyList<PurchaseBody> Purchases,
    IReadOnlyList<LicensePoolBody> Licenses,
    IReadOnlyDictionary<string, BalanceBody> Balances,
    IReadOnlyDictionary<string, FlagBody> Flags,
    CustomerConfigBody Config)
{
    private static readonly JsonText Empty = new("{}");

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CustomerInvoiceBody>? Invoices { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InvoicePreviewBody>? InvoicePreviews { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EntityInShortBody>? Entities { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TrialUsedBody>? TrialsUsed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PaymentMethodBody? PaymentMethod { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CustomerRewardsBody? Rewards { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BroughtBody>? Referrals { get; init; }

    /// <summary>With what must be read from the store.</summary>
    internal static async ValueTask<CustomerBody> Whole(Call call, Customer customer, CustomerExpand expand, bool withInternalId = false)
    {
        var body = Of(call, customer, expand, withInternalId);
        if (expand.Asked.Contains("invoices")) body = body with { Invoices = await CustomerInvoiceBody.All(call, customer.Key, entityId: null) };
        return expand.Asked.Contains("referrals") ? body with { Referrals = await BroughtBody.All(call, customer.Key) } : body;
    }

    /// <param name="customer">As of now.</param>
    internal static CustomerBody Of(View view, Customer customer, CustomerExpand expand, bool withInternalId = false)
    {
        var profile = customer.Profile;
        return new CustomerBody(
            withInternalId ? PublicIds.Of(customer.Key) : null,
            profile.Id,
            profile.Name,
            profile.Email,
            customer.CreatedAt,
            profile.Fingerprint,
            profile.StripeId,
            view.Scope.Environment,
            profile.Metadata ?? Empty,
            profile.SendEmailReceipts,
            ControlsBody.Effective(view, customer),
            HeldBody.Subscriptions(view, customer, expand),
            HeldBody.Purchases(view, customer, expand),
            LicensePoolBody.All(view, customer),
            HeldBody.Balances(view, customer, expand),
            HeldBody.Flags(view, customer, expand),
            CustomerConfigBody.Of(customer.Config))
        {
            Entities = expand.Asked.Contains("entities") ? EntityInShortBody.All(view, customer) : null,

            InvoicePreviews = expand.Asked.Contains("invoice_previews") ? [.. Forecasting.All(customer, view.Catalog, view.NowOf(customer)).Select(InvoicePreviewBody.Of)] : null,
            TrialsUsed = expand.Asked.Contains("trials_used") ? [.. customer.Billing.Trials.Select(trial => new TrialUsedBody(trial.Plan, profile.Id, profile.Fingerprint))] : null,
            PaymentMethod = expand.Asked.Contains("payment_method") && customer.Billing.Method is { } method ? PaymentMethodBody.Of(method) : null,
            Rewards = expand.Asked.Contains("rewards") ? CustomerRewardsBody.Of(view, customer) : null,
        };
    }
}

/// <summary>Switches of a customer; one that is off is left out.</summary>
public sealed record CustomerConfigBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? DisablePooledBalance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? DisableOverageBilling)
{
    internal static CustomerConfigBody Of(CustomerConfig config) => new(config.DisablePooledBalance ? true : null, config.DisableOverageBilling ? true : null);
}

/// <summary>A plan that a customer holds.</summary>
public sealed record SubscriptionBody(
    string Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PlanBody? Plan,
    PlanId PlanId,
    bool AutoEnable,
    bool AddOn,
    string Status,
    bool PastDue,
    Instant? CanceledAt,
    Instant? ExpiresAt,
    Instant? TrialEndsAt,
    Instant StartedAt,
    Instant? CurrentPeriodStart,
    Instant? CurrentPeriodEnd,
    int Quantity,
    string Scope)
{
    internal static SubscriptionBody Of(View view, Customer customer, Subscription held, bool withPlan)
    {
        var period = held.CurrentPeriod;
        return new SubscriptionBody(
            held.CallerId ?? PublicIds.Of(customer.Key, held.No),
            withPlan ? PlanBody.Held(view, held) : null,
            held.Plan,
            held.AutoEnable,
            held.AddOn,
            held.Incoming is null ? "active" : "scheduled",
            held.PastDue,
            held.CanceledAt,
            held.EndsAt ?? held.Incoming?.EndsAt,
            held.TrialEnd > view.NowOf(customer) ? held.TrialEnd : null,
            held.Incoming?.StartsAt ?? held.StartedAt,
            period?.Start,
            period?.End,
            held.Quantity,
            ScopeOf(held));
    }

    internal static string ScopeOf(Subscription held) => held.Entity is null ? "customer" : "entity";
}

/// <summary>A plan that a customer bought once.</summary>
public sealed record PurchaseBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PlanBody? Plan,
    PlanId PlanId,
    Instant? ExpiresAt,
    Instant StartedAt,
    int Quantity,
    string Scope)
{
    internal static PurchaseBody Of(View view, Subscription held, bool withPlan) =>
        new(withPlan ? PlanBody.Held(view, held) : null, held.Plan, held.EndsAt, held.StartedAt, held.Quantity, SubscriptionBody.ScopeOf(held));
}

/// <summary>An invoice that time will bring.</summary>
public sealed record InvoicePreviewBody(IReadOnlyList<string> PlanIds, Instant InvoiceAt, string Currency, decimal Subtotal, decimal Total, IReadOnlyList<PreviewLineBody> LineItems)
{
    internal static InvoicePreviewBody Of(Forecast forecast)
    {
        var invoice = forecast.Invoice;
        return new InvoicePreviewBody(
            [.. invoice.Lines.Select(static line => line.Plan?.Value).OfType<string>().Distinct()], forecast.At, invoice.Currency.Code, invoice.Subtotal.Major,
            invoice.CreditUsed.IsPositive ? invoice.Due.Major : invoice.Total.Major, [.. invoice.Lines.Select(PreviewLineBody.Of)]);
    }
}

public sealed record TrialUsedBody(PlanId PlanId, string? CustomerId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Fingerprint);

/// <summary>What is charged.</summary>
public sealed record PaymentMethodBody(string Id, string Type, CardBody? Card)
{
    internal static PaymentMethodBody Of(PaymentMethod method) =>
        new(method.Id, method.Type, method.Last4 is null ? null : new CardBody(method.Brand, method.Last4, method.ExpiryMonth, method.ExpiryYear));
}

public sealed record CardBody(string? Brand, string Last4, int? ExpMonth, int? ExpYear);
