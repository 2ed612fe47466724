namespace Sluice.Server.Api;

/// <summary>The routes of today's API, in one table.</summary>
internal static class Routes
{
    public static readonly IReadOnlyList<Endpoint> All =
    [
        Rpc("balances.check", Balances.Check.Handle),
        Rpc("balances.track", Balances.Track.Handle),
        Rpc("balances.finalize", Balances.Finalize.Handle),
        Rpc("balances.batch_track", Balances.BatchTrack.Handle),
        Rpc("balances.track_tokens", Balances.TrackTokens.Handle),
        Rpc("balances.batch_track_tokens", Balances.BatchTrackTokens.Handle),
        Rpc("balances.create", Balances.Create.Handle),
        Rpc("balances.update", Balances.Update.Handle),
        Rpc("balances.delete", Balances.Delete.Handle),
        Rpc("balances.recalculate", Balances.Recalculate.Handle),
        Rpc("balances.preview_recalculate", Balances.Recalculate.Preview),
        Rpc("events.list", Events.List.Handle),
        Rpc("events.aggregate", Events.Aggregate.Handle),
        Rpc("customers.get_or_create", Customers.GetOrCreate.Handle),
        Rpc("customers.get", Customers.Get.Handle),
        Rpc("customers.list", Customers.List.Handle),
        Rpc("customers.update", Customers.Update.Handle),
        Rpc("customers.delete", Customers.Delete.Handle),
        Rpc("billing.attach", Billing.Attach.Handle),
        Rpc("features.create", Features.Create.Handle),
        Rpc("features.get", Features.Get.Handle),
        Rpc("features.list", Features.List.Handle),
        Rpc("features.update", Features.Update.Handle),
        Rpc("features.delete", Features.Delete.Handle),
        Rpc("plans.create", Plans.Create.Handle),
        Rpc("plans.get", Plans.Get.Handle),
        Rpc("plans.list", Plans.List.Handle),
        Rpc("plans.update", Plans.Update.Handle),
        Rpc("plans.delete", Plans.Delete.Handle),
        Rpc("catalog.preview_update", Catalogs.Push.Preview),
        Rpc("catalog.update", Catalogs.Push.Update),
        Rpc("keys.mint", Keys.Tokens.Mint),
        Rpc("keys.refresh", Keys.Tokens.Refresh),
        Rpc("keys.revoke", Keys.Tokens.Revoke),
        Rpc("sandboxes.create", Sandboxes.SandboxCalls.Create),
        Rpc("sandboxes.list", Sandboxes.SandboxCalls.List),
        Rpc("sandboxes.delete", Sandboxes.SandboxCalls.Delete),
        Rpc("sandboxes.reset", Sandboxes.SandboxCalls.Reset),
        Rpc("rewards.list", Rewards.List.HandleRewards),
        Rpc("referral_programs.list", Rewards.List.HandleReferralPrograms),

        Rest("GET", "/v1/organization", "organization.get", Organizations.Get.Handle),
        Rest("GET", "/v1/organization/me", "organization.get", Organizations.Get.HandleMe),
        Rest("POST", "/v1/check", "balances.check", Balances.Check.Handle, isPublic: true),
        Rest("POST", "/v1/entitled", "balances.check", Balances.Check.Handle, isPublic: true),
        Rest("POST", "/v1/track", "balances.track", Balances.Track.Handle),
        Rest("POST", "/v1/events", "balances.track", Balances.Track.Handle),
        Rest("POST", "/v1/track_tokens", "balances.track_tokens", Balances.TrackTokens.Handle),
        Rest("POST", "/v1/usage", "balances.update", Balances.SetUsage.Handle),
        Rest("POST", "/v1/balances/create", "balances.create", Balances.Create.Handle),
        Rest("POST", "/v1/balances/update", "balances.update", Balances.Update.Handle),
        Rest("POST", "/v1/balances/recalculate", "balances.recalculate", Balances.Recalculate.Handle),
        Rest("POST", "/v1/balances/preview_recalculate", "balances.preview_recalculate", Balances.Recalculate.Preview),
        Rest("POST", "/v1/events/list", "events.list", Events.List.Handle),
        Rest("POST", "/v1/events/aggregate", "events.aggregate", Events.Aggregate.Handle),
        Rest("POST", "/v1/query", "events.aggregate", Events.Aggregate.Handle),
        Rest("GET", "/v1/customers", "customers.list", Customers.List.HandleRest),
        Rest("POST", "/v1/customers", "customers.get_or_create", Customers.GetOrCreate.HandleRest),
        Rest("POST", "/v1/customers/list", "customers.list", Customers.List.Handle),
        Rest("GET", "/v1/customers/{customer_id}", "customers.get", Customers.Get.HandleRest, isPublic: true),
        Rest("POST", "/v1/customers/{customer_id}", "customers.update", Customers.Update.HandleRest),
        Rest("PATCH", "/v1/customers/{customer_id}", "customers.update", Customers.Update.HandleRest),
        Rest("DELETE", "/v1/customers/{customer_id}", "customers.delete", Customers.Delete.HandleRest),
        Rest("GET", "/v1/features", "features.list", Features.List.Handle),
        Rest("POST", "/v1/features", "features.create", Features.Create.HandleRest),
        Rest("GET", "/v1/features/{feature_id}", "features.get", Features.Get.HandleRest),
        Rest("POST", "/v1/features/{feature_id}", "features.update", Features.Update.HandleRest),
        Rest("PATCH", "/v1/features/{feature_id}", "features.update", Features.Update.HandleRest),
        Rest("DELETE", "/v1/features/{feature_id}", "features.delete", Features.Delete.HandleRest),
        Rest("GET", "/v1/products", "plans.list", Plans.List.HandleRest, isPublic: true),
        Rest("GET", "/v1/plans", "plans.list", Plans.List.HandleRest),
        Rest("POST", "/v1/products", "plans.create", Plans.Create.HandleRest),
        Rest("POST", "/v1/plans", "plans.create", Plans.Create.HandleRest),
        Rest("GET", "/v1/products/{plan_id}", "plans.get", Plans.Get.HandleRest),
        Rest("POST", "/v1/products/{plan_id}", "plans.update", Plans.Update.HandleRest),
        Rest("PATCH", "/v1/products/{plan_id}", "plans.update", Plans.Update.HandleRest),
        Rest("DELETE", "/v1/products/{plan_id}", "plans.delete", Plans.Delete.HandleRest),
    ];

    /// <summary>Every route that is not answered with 404.</summary>
    public static readonly IReadOnlyList<Endpoint> Served = [.. All, .. OlderRoutes.All, .. NotYet.All];

    private static Endpoint Rpc(string operation, Func<Call, ValueTask<Answer>> handle) => new("POST", "/v1/" + operation, operation, handle);

    private static Endpoint Rest(string method, string path, string operation, Func<Call, ValueTask<Answer>> handle, bool isPublic = false) =>
        new(method, path, operation, handle, isPublic);
}
