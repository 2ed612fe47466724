using Sluice.Core;
using Sluice.Server.Tenants;

namespace Sluice.Server.Payments;

/// <summary>Which provider an environment has: every sandbox the test provider, live what the settings say, or none.</summary>
/// <param name="sandbox">Of every sandbox; null = the test provider.</param>
internal sealed class Providers(Settings settings, IPaymentProvider? sandbox = null)
{
    public static readonly IReadOnlyList<string> Known = ["manual"];

    private readonly IPaymentProvider _sandbox = sandbox ?? new TestProvider();
    private readonly BillingPolicy _policy = BillingPolicy.Default with
    {
        Currency = settings.Billing.Currency, RetryDays = settings.Billing.RetryDays, AfterDunning = settings.Billing.AfterDunning, TaxRate = settings.Billing.TaxRate, NamedTaxRates = settings.Billing.TaxRates,
    };

    private readonly IPaymentProvider? _live = settings.Billing.Live switch
    {
        null => null,
        "manual" => new ManualProvider(),
        var other => throw new InvalidOperationException($"no provider {other}"),
    };

    public IPaymentProvider? Of(string environment) => environment == ScopeDirectory.Sandbox ? _sandbox : _live;

    /// <summary>What a scope's catalog says about billing there.</summary>
    public BillingPolicy PolicyOf(string environment) => _policy with { HasProvider = Of(environment) is not null };
}
