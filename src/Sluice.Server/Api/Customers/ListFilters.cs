using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Server.Api.Customers;

/// <summary>What the lists of customers and of entities have in common.</summary>
internal static class ListFilters
{
    private static readonly FrozenDictionary<string, bool> Statuses = new Dictionary<string, bool> { ["active"] = true, ["scheduled"] = false }.ToFrozenDictionary();

    /// <summary>Holds one of these plans; no versions = any.</summary>
    public static ImmutableArray<(PlanId Plan, ImmutableArray<int> Versions)> Plans(Body body) => (body.Objects("plans") ?? []).Select(plan => (
        new PlanId(plan.RequiredText("id")),
        (ImmutableArray<int>)[.. plan.WholeNumbers("versions") ?? []])).ToImmutableArray();

    /// <summary>True: holds an active plan. False: a scheduled one, which nobody can yet.</summary>
    public static bool? Status(Body body) => body.Choice("subscription_status", Statuses);

    public static string? Search(Body body) => body.Text("search") is { Length: > 0 } search ? search : null;

    /// <summary>Customers in the order asked for: from memory where they are and no other node can have changed them, the rest in one go from the store.</summary>
    public static async ValueTask<IEnumerable<Customer>> States(Call call, IReadOnlyList<CustomerKey> keys)
    {
        var states = new Dictionary<CustomerKey, Customer>();
        foreach (var key in keys)
        {
            if (call.Engine.Freshness.IsAlone && call.Scope.Cells.TryGetValue(key, out var cell) && cell.Committed is { } committed) states[key] = committed;
        }

        var absent = keys.Where(key => !states.ContainsKey(key)).ToList();
        if (absent.Count > 0)
        {
            foreach (var stored in await call.Engine.Store.LoadMany(call.Scope.Id, absent, call.Scope.ResolveTerms)) states[stored.Customer.Key] = stored.Customer;
        }

        return keys.Where(states.ContainsKey).Select(key => states[key]).Where(customer => !customer.Deleted);
    }
}
