using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.OAuth;

/// <summary>The error cases of RFC 6749, 7636, 8252 and 9700, and the road that works.</summary>
public class AuthorizationTests
{
    private const string Client = "hAWUopQqLnsSwuRgeRzIBzKslwXmQUSr";
    private const string Redirect = "http://localhost:31448/";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    // RFC 7636, appendix B.
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Fact]
    public void The_challenge_is_the_one_of_the_standard() =>
        Assert.Equal(Challenge, Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))));

    [Fact]
    public async Task On_this_computer_without_an_account_a_tool_gets_its_keys_at_once()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var target = await Sent(browser, Ask());
        Assert.Equal("s t", target.Query["state"]);
        var token = await Exchange(server, target.Query["code"]!);
        Assert.Equal(600, (int)token["expires_in"]!);
        var keys = await Keys(server, (string)token["access_token"]!);
        Assert.StartsWith("am_sk_test_", (string)keys["sandbox_key"]!, StringComparison.Ordinal);
        Assert.StartsWith("am_sk_live_", (string)keys["prod_key"]!, StringComparison.Ordinal);
        using var api = server.Client((string)keys["sandbox_key"]!);
        Assert.Equal(200, (await api.Post("/v1/features.list", "{}")).Status);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "10.0.0.1", "a proxy is in front")]
    [InlineData("Forwarded", "for=10.0.0.1", "a proxy is in front")]
    [InlineData("Via", "1.1 proxy", "a proxy is in front")]
    [InlineData("Host", "sluice.example", "someone reached it by a name")]
    [InlineData("Sec-Fetch-Site", "cross-site", "a page of another site sent the browser here")]
    public async Task Nothing_is_given_at_once_when(string header, string value, string why)
    {
        await using var server = await RunningServer.Start();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Url) };
        var request = new HttpRequestMessage(HttpMethod.Get, Ask());
        request.Headers.TryAddWithoutValidation(header, value);
        Assert.True((await http.SendAsync(request)).StatusCode == HttpStatusCode.Forbidden, why);
    }

    [Fact]
    public async Task Nothing_is_given_at_once_when_there_are_live_customers()
    {
        await using var server = await RunningServer.Start();
        using var live = server.Client(ServerProcess.LiveKey);
        await live.Post("/v1/customers.get_or_create", """{"customer_id": "real"}""");
        using var browser = new Browser(server);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.Get(Ask())).StatusCode);
    }

    [Fact]
    public async Task With_an_account_the_operator_signs_in_and_allows()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        var signIn = await browser.Get(Ask());
        Assert.Equal(HttpStatusCode.Redirect, signIn.StatusCode);
        Assert.StartsWith("/sign-in?next=", signIn.Headers.Location!.OriginalString, StringComparison.Ordinal);
        await browser.SignIn();
        var consent = await browser.Get(Ask());
        Assert.Contains("full access to both", await consent.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("form-action 'self' http://localhost:31448", Assert.Single(consent.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        var allowed = Target(await browser.Submit(consent, Ask(), ("decision", "allow")));
        Assert.NotNull((await Exchange(server, allowed.Query["code"]!))["access_token"]);
    }

    [Fact]
    public async Task The_operator_may_say_no()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        await browser.SignIn();
        var denied = Target(await browser.Submit(await browser.Get(Ask()), Ask(), ("decision", "deny")));
        Assert.Equal("access_denied", denied.Query["error"]);
        Assert.Null(denied.Query["code"]);
    }

    [Fact]
    public async Task Consent_cannot_be_made_up_by_another_page()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        await browser.SignIn();
        var form = new Dictionary<string, string> { ["decision"] = "allow", ["form"] = "guessed" };
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post(Ask(), form)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post(Ask(), form, origin: "https://evil.example")).StatusCode);
    }

    [Theory]
    [InlineData("client_id", "someone", "a foreign client")]
    [InlineData("client_id", null, "no client")]
    [InlineData("redirect_uri", "https://evil.example/", "a foreign redirect")]
    [InlineData("redirect_uri", "http://localhost.evil.example:31448/", "a foreign host that begins like ours")]
    [InlineData("redirect_uri", "http://localhost:31448/elsewhere", "another path")]
    [InlineData("redirect_uri", "http://user@localhost:31448/", "a user in it")]
    [InlineData("redirect_uri", "http://localhost/", "no port of a tool")]
    [InlineData("redirect_uri", null, "no redirect")]
    public async Task It_is_shown_and_never_redirected_when_there_is(string parameter, string? value, string what)
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        Assert.True((await browser.Get(Ask((parameter, value)))).StatusCode == HttpStatusCode.BadRequest, what);
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("scope", "everything:always", "invalid_scope")]
    public async Task The_client_is_told(string parameter, string? value, string error)
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var target = await Sent(browser, Ask((parameter, value)));
        Assert.Equal(error, target.Query["error"]);
        Assert.Equal("s t", target.Query["state"]);
    }

    [Fact]
    public async Task Ports_of_the_loopback_are_the_tools_own()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        foreach (var redirect in (string[])["http://localhost:31452/", "http://127.0.0.1:40000/", "http://[::1]:40000/"])
            Assert.StartsWith(redirect, (await browser.Get(Ask(("redirect_uri", redirect)))).Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("grant_type", "password", "unsupported_grant_type")]
    [InlineData("grant_type", null, "invalid_request")]
    [InlineData("code", null, "invalid_request")]
    [InlineData("code", "made-up", "invalid_grant")]
    [InlineData("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX", "invalid_grant")]
    [InlineData("code_verifier", null, "invalid_grant")]
    [InlineData("redirect_uri", "http://localhost:31449/", "invalid_grant")]
    [InlineData("redirect_uri", null, "invalid_grant")]
    [InlineData("client_id", "someone", "invalid_client")]
    public async Task A_token_is_refused(string field, string? value, string error)
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var code = (await Sent(browser, Ask())).Query["code"]!;
        var (status, body) = await Token(server, code, (field, value));
        Assert.Equal((HttpStatusCode.BadRequest, error), (status, (string)body["error"]!));

        // Any attempt with the code has spent it.
        if (field is "code_verifier" or "redirect_uri" or "client_id") Assert.Equal("invalid_grant", (string)(await Token(server, code)).Body["error"]!);
    }

    [Fact]
    public async Task A_code_ends_after_a_minute()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var code = (await Sent(browser, Ask())).Query["code"]!;
        server.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("invalid_grant", (string)(await Token(server, code)).Body["error"]!);
    }

    [Fact]
    public async Task A_code_that_comes_twice_ends_the_token_got_with_it()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var code = (await Sent(browser, Ask())).Query["code"]!;
        var token = (string)(await Exchange(server, code))["access_token"]!;
        Assert.Equal("invalid_grant", (string)(await Token(server, code)).Body["error"]!);
        Assert.Equal("invalid_token", (string)(await Keys(server, token, HttpStatusCode.Unauthorized))["error"]!);
    }

    [Fact]
    public async Task Of_many_who_use_a_code_at_once_one_gets_a_token()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var code = (await Sent(browser, Ask())).Query["code"]!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Token(server, code)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_ends_and_needs_the_scope_to_make_keys()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var token = (string)(await Exchange(server, (await Sent(browser, Ask())).Query["code"]!))["access_token"]!;
        server.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("invalid_token", (string)(await Keys(server, token, HttpStatusCode.Unauthorized))["error"]!);
        var weak = (string)(await Exchange(server, (await Sent(browser, Ask(("scope", "customers:read")))).Query["code"]!))["access_token"]!;
        Assert.Equal("insufficient_scope", (string)(await Keys(server, weak, HttpStatusCode.Forbidden))["error"]!);
    }

    [Fact]
    public async Task The_server_describes_itself()
    {
        await using var server = await RunningServer.Start();
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        var body = (await http.GetFromJsonAsync<JsonNode>("/.well-known/oauth-authorization-server"))!;
        Assert.Equal($"{server.Url}/api/auth/oauth2/token", (string)body["token_endpoint"]!);
        Assert.Equal("S256", (string)body["code_challenge_methods_supported"]![0]!);
    }

    private static string Ask(params (string Name, string? Value)[] other)
    {
        var query = new OrderedDictionary<string, string?>
        {
            ["response_type"] = "code", ["client_id"] = Client, ["redirect_uri"] = Redirect, ["state"] = "s t", ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256", ["scope"] = "apiKeys:create organisation:read", ["prompt"] = "consent",
        };
        foreach (var (name, value) in other) query[name] = value;
        return "/api/auth/oauth2/authorize?" + string.Join('&', query.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value!)}"));
    }

    private static async Task<(Uri Uri, System.Collections.Specialized.NameValueCollection Query)> Sent(Browser browser, string ask) => Target(await browser.Get(ask));

    private static (Uri Uri, System.Collections.Specialized.NameValueCollection Query) Target(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var target = answer.Headers.Location!;
        Assert.StartsWith("http://localhost:31448/", target.OriginalString, StringComparison.Ordinal);
        return (target, System.Web.HttpUtility.ParseQueryString(target.Query));
    }

    private static async Task<JsonNode> Exchange(RunningServer server, string code)
    {
        var (status, body) = await Token(server, code);
        Assert.Equal(HttpStatusCode.OK, status);
        return body;
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> Token(RunningServer server, string code, params (string Name, string? Value)[] other)
    {
        var form = new Dictionary<string, string?> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Redirect, ["code_verifier"] = Verifier, ["client_id"] = Client };
        foreach (var (name, value) in other) form[name] = value;
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        var answer = await http.PostAsync(new Uri("/api/auth/oauth2/token", UriKind.Relative), new FormUrlEncodedContent(form.Where(pair => pair.Value is not null)!));
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private static async Task<JsonNode> Keys(RunningServer server, string token, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        var answer = await http.PostAsync(new Uri("/cli/api-keys", UriKind.Relative), null);
        Assert.Equal(expected, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
