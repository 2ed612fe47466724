using System.Text;

namespace Sluice.Server.Start;

/// <summary>What the server says when it is up. Keys are shown once, on the first start; they are stored hashed.</summary>
/// <param name="Fresh">The first start, with something in the sandbox to try.</param>
internal sealed record Welcome(string? SandboxKey, string? LiveKey, bool Demo, bool Fresh)
{
    /// <summary>Sets the first operator's password, while there is none.</summary>
    public string? SetupToken { get; init; }

    /// <summary>Where the settings send webhooks.</summary>
    public WebhookSettings Webhook { get; init; } = new();

    public string Text(string url)
    {
        var text = new StringBuilder().AppendLine($"Sluice listens on {url}");
        if (Webhook.Url is { } webhook) text.AppendLine($"Webhooks of the {Webhook.Environment} environment go to {new Uri(webhook).GetLeftPart(UriPartial.Authority)}");
        if (SandboxKey is not null) text.AppendLine($"  sandbox key  {SandboxKey}");
        if (LiveKey is not null) text.AppendLine($"  live key     {LiveKey}");
        if (SandboxKey is not null || LiveKey is not null)
            text.AppendLine("Keep them: they are shown this once. \"keys new --env sandbox\" makes another.");
        if (SetupToken is not null)
            text.AppendLine().AppendLine("No operator account yet. Open this once to set its password (until then tools on this computer get keys unasked):").AppendLine($"  {Errands.SetupLink(url, SetupToken)}");
        if (!Fresh && !Demo) return text.ToString();

        var key = SandboxKey ?? "$SLUICE_SANDBOX_KEY";
        text.AppendLine().AppendLine("Try it: a customer comes, may they send a message, they sent one.").AppendLine();
        foreach (var (path, body) in Demo ? DemoCatalog.Try : StarterCatalog.Try)
            text.AppendLine($"curl -s {url.TrimEnd('/')}{path} -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{body}'");
        return text.AppendLine().ToString();
    }
}
