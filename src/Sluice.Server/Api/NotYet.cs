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
            "platform.get_revenuecat_keys", "platform.link_revenuecat", "platform.sync_revenuecat",
            "referral_programs.create", "referral_programs.delete", "referral_programs.get", "referral_programs.update",
            "referrals.create_code", "referrals.redeem_code",
            "rewards.create", "rewards.delete", "rewards.get", "rewards.redeem", "rewards.update"),

        Rest("POST", "/v1/customers/{customer_id}/coupons/{coupon_id}", "rewards.redeem"),
        Rest("DELETE", "/v1/customers/{customer_id}/coupons", "rewards.delete"),
        Rest("POST", "/v1/customers/{customer_id}/transfer", "customers.transfer"),
        Rest("POST", "/v1/customers/{customer_id}/invoices/{invoice_id}/refund", "invoices.refund"),
        Rest("POST", "/v1/referrals/code", "referrals.create_code"),
        Rest("POST", "/v1/referrals/redeem", "referrals.redeem_code"),
        Rest("GET", "/v1/redemptions/{redemption_id}", "referrals.get_redemption"),
        Rest("GET", "/v1/components/pricing_table", "components.pricing_table"),
    ];

    private static IEnumerable<Endpoint> Rpc(params IReadOnlyList<string> operations) => operations.Select(operation => Rest("POST", "/v1/" + operation, operation));

    private static Endpoint Rest(string method, string path, string operation) =>
        new(method, path, operation, call => new(call.Refuse(RefusalCode.NotSupported, path == "/v1/" + operation ? $"{operation} {Refused}" : $"{method} {path} ({operation}) {Refused}")));
}
