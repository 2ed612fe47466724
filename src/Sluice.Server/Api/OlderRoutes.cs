using Sluice.Server.Api.Versions;

namespace Sluice.Server.Api;

/// <summary>
/// Routes that today's clients do not call: those of older clients, and those that have been written down somewhere
/// without being served. /openapi.json leaves them out; docs/versions.md has them.
/// </summary>
internal static class OlderRoutes
{
    public static readonly IReadOnlyList<Endpoint> All =
    [
        new("POST", "/v1/attach", "attach", Billing.OlderAttach.Handle),
        new("POST", "/v1/attach/preview", "attach_preview", Billing.OlderCheckout.Preview),
        new("POST", "/v1/checkout", "checkout", Billing.OlderCheckout.Handle),
        new("POST", "/v1/cancel", "cancel", Billing.OlderCancel.Handle),
        new("POST", "/v1/setup_payment", "billing.setup_payment", Billing.SetUpPayment.Handle),
        new("POST", "/v1/billing/attach", "billing.attach", Billing.Attach.Handle),
        new("POST", "/v1/billing/update", "billing.update", Billing.Update.Handle),
        new("POST", "/v1/billing/preview-update", "billing.preview_update", Billing.Update.Preview),
        new("GET", "/v1/customers/{customer_id}/billing_portal", "billing.open_customer_portal", Billing.SetUpPayment.OpenPortalOlder),
        new("POST", "/v1/customers/{customer_id}/billing_portal", "billing.open_customer_portal", Billing.SetUpPayment.OpenPortalOlder),
        new("GET", "/v1/balances/list", "balances.list", Balances.ListLoose.Handle),
        new("POST", "/v1/customers/update", "customers.update", Customers.Update.Handle),
        new("POST", "/v1/customers/clear_cache", "customers.clear_cache", NothingToDo),
        new("GET", "/v1/customers/{customer_id}/products", "customers.get", Customers.Get.HandleRest, Speaks: V1_2.Changes.Version),
        new("POST", "/v1/customers/{customer_id}/coupons/{coupon_id}", "customers.put_coupon", Rewards.Redeem.PutCoupon),
        new("DELETE", "/v1/customers/{customer_id}/coupons", "customers.end_coupons", Rewards.Redeem.EndCoupons),
        new("POST", "/v1/referrals/code", "referrals.create_code", Referrals.ReferralCalls.CreateCode),
        new("POST", "/v1/referrals/redeem", "referrals.redeem_code", Referrals.ReferralCalls.RedeemCode),
        new("GET", "/v1/redemptions/{redemption_id}", "referrals.get_redemption", Referrals.ReferralCalls.GetRedemption),
        new("POST", "/v1/customers/{customer_id}/balances", "customers.set_balances", Balances.SetBalances.Handle),
        new("GET", "/v1/customers/{customer_id}/entities", "entities.list_of_customer", Entities.List.OfCustomer),
        new("POST", "/v1/customers/{customer_id}/entities", "entities.create", Entities.Create.HandleOlder),
        new("GET", "/v1/customers/{customer_id}/entities/{entity_id}", "entities.get", Entities.Get.HandleOlder),
        new("DELETE", "/v1/customers/{customer_id}/entities/{entity_id}", "entities.delete", Entities.Delete.HandleOlder),
        new("GET", "/v1/entities", "entities.list", Entities.List.HandleRest),
        new("POST", "/v1/entities", "entities.create", Entities.Create.Handle),
        new("POST", "/v1/entities/update", "entities.update", Entities.Update.Handle),
        new("GET", "/v1/entities/{entity_id}", "entities.get", Entities.Get.HandleOlder),
        new("POST", "/v1/entities/{entity_id}", "entities.update", Entities.Update.HandleOlder),
        new("DELETE", "/v1/entities/{entity_id}", "entities.delete", Entities.Delete.HandleOlder),
        new("GET", "/v1/products_beta", "plans.list", Plans.List.HandleRest),
        new("POST", "/v1/products/{plan_id}/copy", "plans.copy", Plans.Copy.Handle),
        new("GET", "/v1/products/{plan_id}/has_customers", "plans.has_customers", Plans.Info.HasCustomers),
        new("POST", "/v1/products/{plan_id}/has_customers", "plans.has_customers", Plans.Info.HasCustomers),
        new("GET", "/v1/products/{plan_id}/deletion_info", "plans.deletion_info", Plans.Info.Deletion),
        new("GET", "/v1/features/{feature_id}/deletion_info", "features.deletion_info", Features.Info.Deletion),
    ];

    // Every answer is current.
    private static ValueTask<Answer> NothingToDo(Call call) => new(Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody));
}
