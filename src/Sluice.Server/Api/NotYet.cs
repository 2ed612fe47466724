using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>
/// What the published clients can call and this version of Sluice cannot do: refused by name, after the key was
/// checked, so that nobody takes it for a wrong address. A line goes when its operation comes.
/// </summary>
internal static class NotYet
{
    private const string Refused = "is not supported by this version of Sluice yet. Nothing was done.";

    public static readonly IReadOnlyList<Endpoint> All =
    [
        .. Rpc(
            "billing.import",
            "logs.search",
            "platform.get_revenuecat_keys", "platform.link_revenuecat", "platform.sync_revenuecat"),

        Rest("POST", "/v1/customers/{customer_id}/transfer", "customers.transfer"),
        Rest("POST", "/v1/customers/{customer_id}/invoices/{invoice_id}/refund", "invoices.refund"),
        Rest("GET", "/v1/components/pricing_table", "components.pricing_table"),
    ];

    private static IEnumerable<Endpoint> Rpc(params IReadOnlyList<string> operations) => operations.Select(operation => Rest("POST", "/v1/" + operation, operation));

    private static Endpoint Rest(string method, string path, string operation) =>
        new(method, path, operation, call => new(call.Refuse(RefusalCode.NotSupported, path == "/v1/" + operation ? $"{operation} {Refused}" : $"{method} {path} ({operation}) {Refused}")));
}
