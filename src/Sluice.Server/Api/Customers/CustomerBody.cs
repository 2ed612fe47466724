using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Controls;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Licenses;
using Sluice.Server.Api.Plans;

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
    public IReadOnlyList<JsonText>? Invoices { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonText>? InvoicePreviews { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<EntityInShortBody>? Entities { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonText>? TrialsUsed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonText>? Referrals { get; init; }

    /// <param name="customer">As of now.</param>
    internal static CustomerBody Of(Call call, Customer customer, CustomerExpand expand, bool withInternalId = false)
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
            call.Scope.Environment,
            profile.Metadata ?? Empty,
            profile.SendEmailReceipts,
            ControlsBody.Effective(call, customer),
            HeldBody.Subscriptions(call, customer, expand),
            HeldBody.Purchases(call, customer, expand),
            LicensePoolBody.All(call, customer),
            HeldBody.Balances(call, customer, expand),
            HeldBody.Flags(call, customer, expand),
            CustomerConfigBody.Of(customer.Config))
        {
            Entities = expand.Asked.Contains("entities") ? EntityInShortBody.All(call, customer) : null,

            // Nothing of these can exist before billing does.
            Invoices = expand.Asked.Contains("invoices") ? [] : null,
            InvoicePreviews = expand.Asked.Contains("invoice_previews") ? [] : null,
            TrialsUsed = expand.Asked.Contains("trials_used") ? [] : null,
            Referrals = expand.Asked.Contains("referrals") ? [] : null,
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
    internal static SubscriptionBody Of(Call call, Customer customer, Subscription held, bool withPlan) => new(
        held.CallerId ?? PublicIds.Of(customer.Key, held.No),
        withPlan ? PlanBody.Held(call, held) : null,
        held.Plan,
        held.AutoEnable,
        held.AddOn,
        "active",
        PastDue: false,
        CanceledAt: null,
        ExpiresAt: null,
        TrialEndsAt: null,
        held.StartedAt,
        CurrentPeriodStart: null,
        CurrentPeriodEnd: null,
        held.Quantity,
        ScopeOf(held));

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
    internal static PurchaseBody Of(Call call, Subscription held, bool withPlan) =>
        new(withPlan ? PlanBody.Held(call, held) : null, held.Plan, ExpiresAt: null, held.StartedAt, held.Quantity, SubscriptionBody.ScopeOf(held));
}
