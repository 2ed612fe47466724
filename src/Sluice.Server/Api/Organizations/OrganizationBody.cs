using System.Text.Json.Nodes;
using Sluice.Core;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api.Organizations;

/// <summary>
/// A tenant whole. What belongs to a payment processor or to a hosted dashboard is told as not there; a key's text is
/// never shown, since only its hash is kept.
/// </summary>
/// <param name="Env">"sandbox" or "live": that of the key. (Ours.)</param>
public sealed record OrganizationBody(
    string Id,
    string Name,
    string? Logo,
    string Slug,
    string? Master,
    string? SuccessUrl,
    string DefaultCurrency,
    string StripeConnection,
    bool StripeSecretKeyConnected,
    bool StripeOauthConnected,
    bool ThroughMaster,
    ProcessorsBody ProcessorConfigs,
    Instant CreatedAt,
    string? TestPkey,
    string? LivePkey,
    bool Onboarded,
    bool Deployed,
    OrganizationConfigBody Config,
    JsonNode? IdempotencyConfig,
    IReadOnlyList<JsonNode> CustomButtons,
    JsonNode? RedisConfig,
    string Env)
{
    public static OrganizationBody Of(Scope scope) => new(
        scope.Tenant, scope.Tenant, null, scope.Tenant, null, null, "usd", "default", false, false, false, ProcessorsBody.None,
        scope.CreatedAt, null, null, Onboarded: true, Deployed: true, OrganizationConfigBody.Fixed, null, [], null, scope.Environment);
}

public sealed record ProcessorsBody(ProcessorBody Vercel, ProcessorBody Revenuecat)
{
    public static readonly ProcessorsBody None = new(new ProcessorBody(false), new ProcessorBody(false));
}

public sealed record ProcessorBody(bool Connected);

/// <summary>How plans change and balances are taken. None can be set: each is what an Autumn organization begins with.</summary>
public sealed record OrganizationConfigBody(
    IReadOnlyList<JsonNode> UsageAlerts,
    IReadOnlyList<JsonNode> SandboxUsageAlerts,
    bool BillUpgradeImmediately,
    bool ConvertToChargeAutomatically,
    bool AnchorStartOfMonth,
    bool CancelOnPastDue,
    bool ProrateUnused,
    bool CheckoutOnFailedPayment,
    bool ReverseDeductionOrder,
    bool IncludePastDue,
    bool SyncStatus,
    bool MergeBillingCycles,
    bool MultipleTrials,
    bool AllowPaidDefault,
    bool CacheCustomer,
    bool InvoiceMemos,
    bool EntityProduct,
    bool VoidInvoicesOnSubscriptionDeletion,
    bool DefaultAppliesToEntities,
    bool DisableOverageBilling,
    bool DisableStripeWrites,
    bool DisabledAutoTopup,
    bool PersistFreeOverage,
    bool DryrunAutotopups,
    bool ForwardCustomerMetadata,
    bool AutomaticTax,
    bool MultiCurrency)
{
    public static readonly OrganizationConfigBody Fixed = new(
        UsageAlerts: [],
        SandboxUsageAlerts: [],
        BillUpgradeImmediately: true,
        ConvertToChargeAutomatically: true,
        AnchorStartOfMonth: false,
        CancelOnPastDue: false,
        ProrateUnused: true,
        CheckoutOnFailedPayment: true,
        ReverseDeductionOrder: false,
        IncludePastDue: true,
        SyncStatus: true,
        MergeBillingCycles: true,
        MultipleTrials: false,
        AllowPaidDefault: false,
        CacheCustomer: false,
        InvoiceMemos: false,
        EntityProduct: false,
        VoidInvoicesOnSubscriptionDeletion: false,
        DefaultAppliesToEntities: false,
        DisableOverageBilling: false,
        DisableStripeWrites: false,
        DisabledAutoTopup: false,
        PersistFreeOverage: false,
        DryrunAutotopups: false,
        ForwardCustomerMetadata: false,
        AutomaticTax: false,
        MultiCurrency: false);
}
