using System.Collections.Frozen;

namespace Sluice.Server.OAuth;

/// <summary>What a tool asks for: OAuth 2.1 authorization code with PKCE, for the one public client there is.</summary>
/// <param name="State">Given back as it came; null when none was sent.</param>
internal sealed record AuthorizationRequest(Uri Redirect, string RedirectText, string Challenge, string Scope, string? State)
{
    /// <summary>The published command line's own id, the same for every server.</summary>
    public const string ClientId = "hAWUopQqLnsSwuRgeRzIBzKslwXmQUSr";

    /// <summary>What the command line may ask for.</summary>
    public static readonly FrozenSet<string> KnownScopes = new[] { "customers", "features", "plans" }
        .SelectMany(static noun => new[] { "create", "read", "list", "update", "delete" }.Select(verb => $"{noun}:{verb}"))
        .Concat(["rewards:read", "rewards:write", "apiKeys:create", "apiKeys:read", "organisation:read"])
        .ToFrozenSet();

    private static readonly FrozenSet<string> Once = new[] { "client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method" }.ToFrozenSet();

    /// <summary>
    /// The request, or what is wrong with it: a <c>Page</c> fault is shown and never sent to an address that may be an
    /// attacker's; a <c>Redirected</c> one goes back to the client (RFC 6749 §4.1.2.1).
    /// </summary>
    public static (AuthorizationRequest? Request, Fault? Fault) Read(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> sent)
    {
        var values = sent.Where(pair => Once.Contains(pair.Key)).ToDictionary(static pair => pair.Key, static pair => pair.Value);
        string? One(string name) => values.TryGetValue(name, out var value) && value is [{ Length: > 0 } one] ? one : null;

        if (One("client_id") != ClientId) return (null, new Fault(null, null, "invalid_client", "This client is not known here."));
        if (One("redirect_uri") is not { } text || !IsLoopback(text, out var redirect))
            return (null, new Fault(null, null, "invalid_request", "The redirect_uri must be http://localhost with a port: the client's own computer."));
        var state = One("state");
        Fault Back(string error, string says) => new(redirect, state, error, says);
        if (values.Values.Any(static value => value.Count > 1)) return (null, Back("invalid_request", "a parameter is there twice"));
        if (One("response_type") is not { } type) return (null, Back("invalid_request", "response_type is missing"));
        if (type != "code") return (null, Back("unsupported_response_type", "response_type must be code"));
        if (One("code_challenge") is not { } challenge || challenge.Length != 43) return (null, Back("invalid_request", "code_challenge of 43 characters is required"));
        if (One("code_challenge_method") != "S256") return (null, Back("invalid_request", "code_challenge_method must be S256"));
        var scope = One("scope") ?? "";
        if (scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(static word => !KnownScopes.Contains(word)) is { } unknown)
            return (null, Back("invalid_scope", $"{unknown} is not a scope of this server"));
        return (new AuthorizationRequest(redirect, text, challenge, scope, state), null);
    }

    public bool MakesKeys => Scope.Split(' ').Contains("apiKeys:create");

    /// <summary>The redirect with these parameters and the state.</summary>
    public static string Target(Uri redirect, string? state, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        var query = string.Concat(parameters.ToArray().Select(static (pair, at) => $"{(at == 0 ? "?" : "&")}{pair.Name}={Uri.EscapeDataString(pair.Value)}"));
        return redirect.AbsoluteUri + query + (state is null ? "" : $"&state={Uri.EscapeDataString(state)}");
    }

    // RFC 8252: any port of the loopback, as a tool takes one that is free. No query, no fragment, no user.
    private static bool IsLoopback(string text, out Uri redirect) =>
        Uri.TryCreate(text, UriKind.Absolute, out redirect!)
        && redirect is { Scheme: "http", Query: "", Fragment: "", UserInfo: "", AbsolutePath: "/" }
        && redirect.Host is "localhost" or "127.0.0.1" or "[::1]"
        && !redirect.IsDefaultPort;
}

/// <summary>What is wrong with a request.</summary>
/// <param name="Redirect">Where the client is told; null when it must be shown instead.</param>
internal sealed record Fault(Uri? Redirect, string? State, string Error, string Says)
{
    public string Target => AuthorizationRequest.Target(Redirect!, State, ("error", Error), ("error_description", Says));
}
