using Sluice.Server.Customers;
using Sluice.Server.Payments;
using Sluice.Server.Prices;
using Sluice.Server.Referrals;
using Sluice.Server.Tenants;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server;

/// <summary>What the endpoints work with.</summary>
internal sealed record Engine(
    IStore Store,
    ScopeDirectory Scopes,
    ApiKeys Keys,
    CustomerTokens Tokens,
    ITenantStore Tenants,
    Sandboxes Sandboxes,
    CustomerDirectory Customers,
    Freshness Freshness,
    CommandRunner Runner,
    CatalogChanges Catalogs,
    Idempotency Idempotency,
    PriceBook Prices,
    IBillingStore Billing,
    Providers Providers,
    PaymentDesk Payments,
    IRewardStore Rewards,
    ReferralDesk Referrals,
    PageLinks Links,
    Endpoints Webhooks,
    IPlanMigrationStore Migrations,
    IAuditStore Audit,
    TimeProvider Time);
