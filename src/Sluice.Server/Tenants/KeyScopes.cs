using System.Collections.Frozen;

namespace Sluice.Server.Tenants;

/// <summary>What a key may do: <c>customers:read</c>, <c>balances:write</c> … A key without scopes may do everything; write holds read.</summary>
public sealed class KeyScopes
{
    private static readonly FrozenSet<string> Resources =
        new[] { "organisation", "customers", "features", "plans", "rewards", "balances", "billing", "migrations", "analytics", "apiKeys", "platform" }.ToFrozenSet();

    private static readonly FrozenSet<string> Everything = new[] { "superuser", "owner", "admin", "all" }.ToFrozenSet();

    private static readonly FrozenSet<string> Reading = new[]
    {
        "get", "list", "list_assignments", "list_of_customer", "check", "aggregate", "search", "listTemplates", "open_customer_portal", "preview_attach", "preview_multi_attach", "preview_update",
        "preview_multi_update", "preview", "list_items", "preview_recalculate", "has_customers", "deletion_info", "explain", "history", "get_redemption", "pricing_table",

        // Read is enough for it, as most calls of it find the customer there.
        "get_or_create",

        // Of webhooks.
        "deliveries",
    }.ToFrozenSet();

    private readonly FrozenSet<string> _words;

    private KeyScopes(IEnumerable<string> words) => _words = words.ToFrozenSet();

    /// <summary>From words joined by spaces or commas. Null and a word that gives everything = no limits; an unknown word is told.</summary>
    public static (KeyScopes? Scopes, string? Unknown) Parse(string? text)
    {
        var words = (text ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(Normal).ToList();
        if (words.Find(static word => !IsKnown(word)) is { } unknown) return (null, unknown);
        return words.Count == 0 || words.Any(Everything.Contains) ? (null, null) : (new KeyScopes(words), null);
    }

    /// <summary>What an operation of the API needs; null = any key will do.</summary>
    public static string? Needed(string operation)
    {
        var (group, verb) = operation.Split('.') is [var noun, var what] ? (noun, what) : ("billing", operation);
        if (operation == "keys.refresh") return null;
        var resource = (group, verb) switch
        {
            ("customers", "transfer") => "billing",
            ("customers" or "entities", _) => "customers",
            ("plans" or "catalog", _) => "plans",
            ("features" or "balances" or "billing" or "rewards" or "migrations" or "platform", _) => group,
            ("licenses", _) => "billing",
            ("events" or "logs", _) => "analytics",
            ("invoices", "list") => "customers",
            ("invoices", _) => "billing",
            ("referrals", "redeem_code") => "customers",
            ("referrals" or "referral_programs", _) => "rewards",
            ("components", _) => "plans",
            ("keys" or "webhooks", _) => "apiKeys",
            ("sandboxes", "list") or ("organization", _) => "organisation",
            ("sandboxes", _) => "platform",
            _ => throw new InvalidOperationException($"no scope is known for {operation}"),
        };
        return $"{resource}:{(Reading.Contains(verb) ? "read" : "write")}";
    }

    public bool Allow(string needed) => _words.Contains(needed) || (needed.EndsWith(":read", StringComparison.Ordinal) && _words.Contains(needed[..^4] + "write"));

    public override string ToString() => string.Join(' ', _words.Order());

    // Older words for the same.
    private static string Normal(string word) => word.Split(':') switch
    {
        [var resource, "create" or "update" or "delete"] => $"{resource}:write",
        [var resource, "list"] => $"{resource}:read",
        _ => word,
    };

    private static bool IsKnown(string word) => Everything.Contains(word) || (word.Split(':') is [var resource, "read" or "write"] && Resources.Contains(resource));
}
