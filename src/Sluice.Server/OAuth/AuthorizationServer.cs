using System.Net;
using System.Text.Json.Serialization.Metadata;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Customers;
using Sluice.Server.Operators;
using Sluice.Server.Pages;
using Sluice.Server.Tenants;
using Sluice.Storage;
using static Sluice.Server.Pages.Page;

namespace Sluice.Server.OAuth;

/// <summary>
/// How the published command line gets its keys: an OAuth 2.1 authorization server for its one public client, and
/// <c>/cli/api-keys</c>, where the token it got makes a key for each environment.
/// </summary>
internal sealed partial class AuthorizationServer(Engine engine, OperatorAccounts accounts, SignInPages pages, Codes codes, Settings settings, ILogger<AuthorizationServer> log)
{
    private const string AuthorizePath = "/api/auth/oauth2/authorize";
    private const string TokenPath = "/api/auth/oauth2/token";

    private Instant Now => Instant.Of(engine.Time.GetUtcNow());

    public void Map(WebApplication app)
    {
        app.MapGet(AuthorizePath, Authorize);
        app.MapPost(AuthorizePath, Consent);
        app.MapPost(TokenPath, Token);
        app.MapPost("/cli/api-keys", MakeKeys);
        app.MapGet("/.well-known/oauth-authorization-server", Metadata);
    }

    private async Task Authorize(HttpContext http)
    {
        var (request, fault) = AuthorizationRequest.Read(http.Request.Query);
        if (fault is not null) await Refuse(http, fault);
        else if (await pages.SignedIn(http.Request) is { } who) await ConsentForm(http.Request, request!, who).Write(http.Response);
        else if (await accounts.IsSetUp()) http.Response.Redirect(SignInPages.SignInFor(http.Request));
        else if (await MayConsentAtOnce(http)) await Grant(http, request!, "nobody: consented at once");
        else await SignInPages.NotSetUp().Write(http.Response);
    }

    private async Task Consent(HttpContext http)
    {
        var (request, fault) = AuthorizationRequest.Read(http.Request.Query);
        if (fault is not null)
        {
            await Refuse(http, fault);
            return;
        }

        var form = await FormPost.Read(http.Request);
        if (await pages.SignedIn(http.Request) is not { } who) http.Response.Redirect(SignInPages.SignInFor(http.Request));
        else if (form is null || !Secrets.Equal(form["form"].ToString(), FormToken(http.Request, who.Session)))
            await new Page("Ask again").Says("That form was not made by this page, or is too old. Start again in your tool.").WithStatus(400).Write(http.Response);
        else if (form["decision"] != "allow") http.Response.Redirect(new Fault(request!.Redirect, request.State, "access_denied", "the operator said no").Target);
        else await Grant(http, request!, who.Name);
    }

    private async Task Grant(HttpContext http, AuthorizationRequest request, string by) =>
        http.Response.Redirect(AuthorizationRequest.Target(request.Redirect, request.State, ("code", await codes.Issue(request, by, Now))));

    private static Page ConsentForm(HttpRequest request, AuthorizationRequest asked, (string Session, string Name) who) => new Page("Give the command line access?")
        .Says($"atmn, the command line on your computer ({asked.Redirect.Authority}), asks for access to this Sluice.")
        .Lists(asked.MakesKeys
            ? ["It gets a secret key for the sandbox and one for live, with full access to both.", "You can take the keys back at any time: sluice keys revoke."]
            : [$"It asks for: {asked.Scope}."])
        .LeadsTo(asked.Redirect)
        .Asks(
            request.Path + request.QueryString.ToUriComponent(),
            [Field.Hidden("form", FormToken(request, who.Session))],
            new Choice("Allow", "decision", "allow"), new Choice("Do not allow", "decision", "deny", IsQuiet: true));

    private static string FormToken(HttpRequest request, string session) => Secrets.Derived(session, "consent" + request.QueryString);

    private static Task Refuse(HttpContext http, Fault fault)
    {
        if (fault.Redirect is null) return new Page("This cannot be allowed").Warns(fault.Says).Says("Nothing was given. Start again in your tool.").WithStatus(400).Write(http.Response);
        http.Response.Redirect(fault.Target);
        return Task.CompletedTask;
    }

    // A newcomer on his own computer is not stopped. Anything that could be someone else's request is: a server that
    // others reach, a proxy in front, another name in the address, a page of another site; and nothing that is live.
    private async ValueTask<bool> MayConsentAtOnce(HttpContext http)
    {
        var request = http.Request;
        var isLocal = settings.PublicUrl is null
            && (settings.Host == "localhost" || (IPAddress.TryParse(settings.Host, out var bound) && IPAddress.IsLoopback(bound)))
            && Peer.IsThisMachine(http)
            && request.Host.Host is "localhost" or "127.0.0.1" or "[::1]"
            && request.Headers["Sec-Fetch-Site"] is [] or ["none"] or ["same-origin"];
        if (!isLocal || await engine.Store.CountCustomers(new CustomerQuery(engine.Scopes.Environment(ScopeDirectory.Live).Id, 1)) > 0) return false;
        ConsentedAtOnce();
        return true;
    }

    private async Task Token(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Pragma = "no-cache";
        var form = http.Request is { HasFormContentType: true, ContentLength: <= 64 * 1024 } ? await http.Request.ReadFormAsync(http.RequestAborted) : null;
        string? One(string name) => form?[name] is [{ Length: > 0 } one] ? one : null;
        if (form is null || form.Any(static field => field.Value.Count > 1)) await Fail(http, "invalid_request", "send a form, each field once");
        else if (One("grant_type") is not { } grant) await Fail(http, "invalid_request", "grant_type is missing");
        else if (grant != "authorization_code") await Fail(http, "unsupported_grant_type", "grant_type must be authorization_code");
        else if (One("code") is not { } code) await Fail(http, "invalid_request", "code is missing");

        // Whatever else is wrong, a code that was shown is spent.
        else if (await codes.Exchange(code, One("redirect_uri") ?? "", One("code_verifier") ?? "", Now) is not var (token, scope)) await Fail(http, "invalid_grant", "the code, its redirect_uri or its code_verifier is not right, or the code was used or has ended");
        else if (One("client_id") != AuthorizationRequest.ClientId) await Fail(http, "invalid_client", "this client is not known here");
        else await Answer(http, 200, new TokenBody(token, "Bearer", (int)Codes.TokenLasts.TotalSeconds, scope), OAuthJson.Default.TokenBody);
    }

    private async Task MakeKeys(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        const string scheme = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        var granted = header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? await codes.Find(header[scheme.Length..], Now) : null;
        if (granted is null) await Fail(http, "invalid_token", "the access token is missing, unknown or has ended", 401);
        else if (!granted.MakesKeys) await Fail(http, "insufficient_scope", "the access token was not granted apiKeys:create", 403);
        else await Answer(http, 200, new CliKeysBody(await Key(ScopeDirectory.Sandbox), await Key(ScopeDirectory.Live), engine.Scopes.Environment(ScopeDirectory.Sandbox).Tenant), OAuthJson.Default.CliKeysBody);
    }

    private async ValueTask<string> Key(string environment)
    {
        var key = ApiKeys.Make(KeyKind.Secret, environment);
        await engine.Keys.Add(key, KeyKind.Secret, engine.Scopes.Environment(environment).Id, Now, name: "atmn", keyScopes: null, endsAt: null);
        return key;
    }

    private Task Metadata(HttpContext http)
    {
        var issuer = settings.PublicUrl?.GetLeftPart(UriPartial.Authority) ?? $"{http.Request.Scheme}://{http.Request.Host}";
        return Answer(http, 200, new MetadataBody(issuer, issuer + AuthorizePath, issuer + TokenPath, ["code"], ["authorization_code"], ["S256"], ["none"], [.. AuthorizationRequest.KnownScopes.Order()]), OAuthJson.Default.MetadataBody);
    }

    private static Task Fail(HttpContext http, string error, string says, int status = 400) => Answer(http, status, new OAuthErrorBody(error, says), OAuthJson.Default.OAuthErrorBody);

    private static Task Answer<T>(HttpContext http, int status, T body, JsonTypeInfo<T> type)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(body, type);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Keys were given to a tool on this computer without asking, as no operator account is set up. Open the setup link that the start printed, to be asked from now on.")]
    private partial void ConsentedAtOnce();
}
