using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Controls;
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
    IReadOnlyList<JsonText> Licenses,
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
    public IReadOnlyList<JsonText>? Entities { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonText>? TrialsUsed { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonText>? Referrals { get; init; }

    /// <param name="customer">As of now.</param>
    internal static CustomerBody Of(Call call, Customer customer, CustomerExpand expand, bool withInternalId = false)
    {
        var (profile, catalog) = (customer.Profile, call.Catalog);
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
            [.. Plans(customer).Select(held => SubscriptionBody.Of(call, customer, held, expand.SubscriptionPlans))],
            [.. customer.Subscriptions.Where(held => held.OneOff).Select(held => PurchaseBody.Of(call, held, expand.PurchasePlans))],
            [],
            BalancesOf(customer, catalog, expand.Features),
            Core.Flags.All(customer, catalog).ToDictionary(grant => grant.Feature.Value, grant => FlagBody.Of(customer.Key, grant, expand.Features ? catalog.Feature(grant.Feature) : null)),
            CustomerConfigBody.Of(customer.Config))
        {
            // Nothing of these can exist before billing and entities do.
            Invoices = expand.Empties.Contains("invoices") ? [] : null,
            InvoicePreviews = expand.Empties.Contains("invoice_previews") ? [] : null,
            Entities = expand.Empties.Contains("entities") ? [] : null,
            TrialsUsed = expand.Empties.Contains("trials_used") ? [] : null,
            Referrals = expand.Empties.Contains("referrals") ? [] : null,
        };
    }

    // One that stands aside while another is tried, or waits for its first payment, is not there.
    private static IEnumerable<Subscription> Plans(Customer customer) => customer.Subscriptions.Where(static held => !held.OneOff && !held.IsPaused)
        .Concat(customer.Own.Planned.Where(static planned => !planned.OneOff && planned.Incoming!.StartsAt is not null));

    private static Dictionary<string, BalanceBody> BalancesOf(Customer customer, Catalog catalog, bool withFeatures)
    {
        var bodies = Core.Balances.All(customer, catalog)
            .ToDictionary(balance => balance.Feature.Value, balance => BalanceBody.Of(customer.Key, balance, withFeatures ? catalog.Feature(balance.Feature) : null));
        if (!withFeatures) return bodies;

        // React's check() knows only features that have an entry: give those behind a held credit system an empty one.
        foreach (var pool in bodies.Values.Select(body => catalog.Feature(body.FeatureId)!).Where(feature => feature.IsCredits).ToList())
        {
            foreach (var cost in pool.CreditSchema)
            {
                if (catalog.Feature(cost.Feature) is { IsBoolean: false } member) bodies.TryAdd(member.Id.Value, BalanceBody.Zero(member));
            }
        }

        return bodies;
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
        held.Incoming is null ? "active" : "scheduled",
        held.PastDue,
        held.CanceledAt,
        held.EndsAt,
        held.TrialEnd,
        held.Incoming?.StartsAt ?? held.StartedAt,
        held.CurrentPeriod?.Start,
        held.CurrentPeriod?.End,
        held.Quantity,
        "customer");
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
        new(withPlan ? PlanBody.Held(call, held) : null, held.Plan, held.EndsAt, held.StartedAt, held.Quantity, "customer");
}
