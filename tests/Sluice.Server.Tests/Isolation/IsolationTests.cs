using Microsoft.AspNetCore.Routing;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Payments;
using Sluice.Server.Tenants;
using Sluice.Server.Tests.Driving;
using Sluice.Storage;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Isolation;

/// <summary>
/// Every route is asked for what belongs to another scope, by keys of every kind: nothing of it is shown, nothing of it
/// changes, and nothing breaks. The routes are those of the tables, so that a new one is walked without a word here.
/// </summary>
public sealed class IsolationTests(ITestOutputHelper output) : IAsyncLifetime
{
    // Answered without a key of the API: what is secret about them stands in their address or their form.
    private static readonly string[] Open =
    [
        "/.well-known/oauth-authorization-server", "/api/auth/oauth2/authorize", "/api/auth/oauth2/token", "/cli/api-keys", "/health/live", "/health/ready", "/openapi.json",
        "/pay/checkout/{token}", "/pay/invoice/{token}", "/pay/portal/{token}", "/setup", "/sign-in", "/sign-out", "/version",
    ];

    private readonly TempDirectory _directory = new();
    private readonly Dictionary<string, (string Key, int Scope, Furnished Content)> _places = [];
    private RunningServer _server = null!;
    private StoredState _state = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start(directory: _directory, demo: false, billing: new BillingSettings("manual"));
        _state = await StoredState.Open(_directory);
        await Place("sandbox", ServerProcess.SandboxKey, ScopeDirectory.Sandbox);
        await Place("live", ServerProcess.LiveKey, ScopeDirectory.Live);
        foreach (var box in (string[])["box1", "box2"])
        {
            var made = (await _server.Api.Post("sandboxes.create", new { name = box })).MustBe(200);
            await Place(box, made.Word("secret_key")!, made.Word("id")!);
        }
    }

    public async Task DisposeAsync()
    {
        await _state.DisposeAsync();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void Every_field_that_names_something_stored_is_asked_with()
    {
        var known = _places["live"].Content.Ids.Keys.Concat(ForeignRequests.NameNothing).ToHashSet();
        Assert.Empty(ForeignRequests.NamesAsked.Where(name => !known.Contains(name)).Order());
    }

    [Fact]
    public void Every_page_beside_the_api_is_known()
    {
        var mapped = _server.Mapped.Select(endpoint => endpoint.RoutePattern.RawText!).ToHashSet();
        Assert.Equal(Open.Order(StringComparer.Ordinal), mapped.Except(Routes.Served.Select(route => route.Path)).Order(StringComparer.Ordinal));
    }

    // Otherwise the walk would prove nothing: who may see it is shown it by the same requests.
    [Fact]
    public async Task The_owner_is_shown_by_the_same_requests_what_others_are_not()
    {
        var (key, _, content) = _places["live"];
        using var api = _server.Client(key);
        var (listing, showing) = (new HashSet<string>(), new HashSet<string>());
        foreach (var route in Walk().Where(route => !IsMaking(route) && !IsEnding(route)))
        {
            if (Names(content, await Harmless(api, route, Filled(route), "{}"))) listing.Add(route.Operation);
        }

        foreach (var route in Walk().Where(route => !IsEnding(route)))
        {
            foreach (var (path, body) in ForeignRequests.Of(route, content, ownCustomer: null))
            {
                if ((await api.Send(new HttpMethod(route.Method), path, body?.ToJsonString())).Text.Contains(content.Secret, StringComparison.OrdinalIgnoreCase)) showing.Add(route.Operation);
            }
        }

        output.WriteLine(string.Join(' ', showing.Order(StringComparer.Ordinal)));
        Assert.Superset(new HashSet<string> { "customers.list", "entities.list", "events.list", "features.list", "invoices.list", "migrations.list", "plans.list", "referral_programs.list", "rewards.list", "webhooks.list" }, listing);
        foreach (var operation in (string[])
            ["customers.get", "customers.list", "customers.get_or_create", "customers.update", "entities.get", "entities.list", "entities.update", "events.list", "features.get", "features.list", "invoices.list", "licenses.list",
            "plans.get", "plans.list", "referrals.get_redemption", "rewards.get", "rewards.list", "webhooks.get", "webhooks.list", "billing.preview_attach"])
            Assert.True(showing.Contains(operation), $"{operation} shows its owner nothing: the walk would not notice what it shows to others");
    }

    [Theory]
    [InlineData("sandbox", "live")]
    [InlineData("live", "sandbox")]
    [InlineData("live", "box1")]
    [InlineData("sandbox", "box1")]
    [InlineData("box1", "sandbox")]
    [InlineData("box1", "box2")]
    public async Task A_secret_key_reaches_nothing_of_another_scope(string caller, string foreign)
    {
        using var api = _server.Client(_places[caller].Key);
        await Walks(api, caller, foreign, own: _places[caller].Content.Customer);
    }

    [Fact]
    public async Task A_publishable_key_reaches_nothing_of_another_scope_and_changes_nothing_of_its_own()
    {
        using var api = _server.Client(_server.PublishableKey);
        var before = await _state.Of(_places["sandbox"].Scope);
        await Walks(api, "sandbox", "live", own: _places["sandbox"].Content.Customer);
        Same(before, await _state.Of(_places["sandbox"].Scope), "a publishable key, in its own scope");
        foreach (var route in Walk().Where(route => !route.Public)) Assert.Equal((401, "endpoint_not_public"), Said(await api.Send(new HttpMethod(route.Method), Filled(route), "{}")));
        Assert.Equal(["GET /v1/customers/{customer_id}", "GET /v1/products", "POST /v1/check", "POST /v1/entitled"], Routes.Served.Where(route => route.Public).Select(route => $"{route.Method} {route.Path}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_customers_token_reaches_nothing_of_another_scope()
    {
        using var api = _server.Client(await Token());
        await Walks(api, "sandbox", "live", own: _places["sandbox"].Content.Friend);
    }

    [Fact]
    public async Task A_customers_token_reaches_nothing_of_another_customer()
    {
        var (_, scope, content) = _places["sandbox"];
        using var api = _server.Client(await Token());
        var key = (await _server.Engine.Customers.Find(_server.Engine.Scopes.Environment("sandbox"), content.Customer, Instant.Of(_server.Time.GetUtcNow())))!.Key.Value;
        var before = await _state.Of(scope, key);
        var of = new[] { "ada", "desk", "event" }.Select(what => content.Secret + what).ToList();
        foreach (var route in Walk())
        {
            foreach (var (path, body) in ForeignRequests.Of(route, content, ownCustomer: null))
            {
                var reply = await Harmless(api, route, path, body?.ToJsonString());
                Assert.True(of.TrueForAll(secret => !reply.Text.Contains(secret, StringComparison.OrdinalIgnoreCase)), $"{route.Method} {path} {body?.ToJsonString()} shows another customer: {reply}");
            }

            Same(before, await _state.Of(scope, key), $"{route.Method} {route.Path}");
        }
    }

    [Fact]
    public async Task A_key_with_every_scope_but_the_one_that_a_route_needs_is_refused_and_changes_nothing()
    {
        var scopes = Routes.Served.Select(route => route.Needs).OfType<string>().Distinct().ToList();
        var clients = new Dictionary<string, ApiClient>();
        foreach (var needed in scopes)
        {
            // Write holds read.
            var without = scopes.Where(scope => scope != needed && !(needed.EndsWith(":read", StringComparison.Ordinal) && scope == needed[..^4] + "write"));
            clients[needed] = _server.Client(await _server.Key("sandbox", string.Join(' ', without)));
        }

        var before = await _state.Of(_places["sandbox"].Scope);
        foreach (var route in Walk().Where(route => route.Needs is not null))
        {
            foreach (var (path, body) in ForeignRequests.Of(route, _places["sandbox"].Content, ownCustomer: null).Take(3))
                Assert.Equal((403, "insufficient_scopes"), Said(await clients[route.Needs!].Send(new HttpMethod(route.Method), path, body?.ToJsonString())));
        }

        Same(before, await _state.Of(_places["sandbox"].Scope), "keys without the scope");
        foreach (var client in clients.Values) client.Dispose();
    }

    [Fact]
    public async Task No_key_and_a_made_up_key_reach_nothing()
    {
        foreach (var key in (string?[])[null, "am_sk_test_" + new string('x', 42), "am_sk_live_", "am_pk_live_" + new string('x', 27), "am_jwt_" + new string('x', 43), "am_oauth_x", ServerProcess.SandboxKey[..^1], ServerProcess.SandboxKey + "x", ServerProcess.SandboxKey.ToUpperInvariant()])
        {
            using var api = _server.Client(key);
            foreach (var route in Walk())
            {
                var reply = await Harmless(api, route, Filled(route), "{}");
                Assert.True(reply.Status is 401 or 403, $"{key} {route.Method} {route.Path}: {reply}");
            }
        }
    }

    private async Task Walks(ApiClient api, string caller, string foreign, string own)
    {
        var (_, scope, content) = _places[foreign];
        var before = await _state.Of(scope);
        var (requests, statuses) = (0, new SortedDictionary<int, int>());
        foreach (var route in Walk().Where(route => !IsMaking(route) && !IsEnding(route)))
        {
            // Nothing is named yet, so that not even an id may be in an answer.
            var bare = await Harmless(api, route, Filled(route), "{}");
            Assert.False(Names(content, bare), $"{route.Method} {route.Path} lists what is of {foreign}: {bare}");
        }

        foreach (var route in Walk())
        {
            // The keys of the tenant's main scopes make and delete its further sandboxes: that is what they are for.
            if (caller is "sandbox" or "live" && route.Operation == "sandboxes.delete") continue;
            foreach (var (path, body) in ForeignRequests.Of(route, content, own))
            {
                var reply = await Harmless(api, route, path, body?.ToJsonString());
                Assert.True(!reply.Text.Contains(content.Secret, StringComparison.OrdinalIgnoreCase), $"{route.Method} {path} {body?.ToJsonString()} shows what is of {foreign}: {reply}");
                requests++;
                statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
            }

            Same(before, await _state.Of(scope), $"{route.Method} {route.Path}");
        }

        output.WriteLine($"{caller} asks for what is of {foreign}: {requests} requests, {string.Join(", ", statuses.Select(pair => $"{pair.Key}: {pair.Value}"))}");
    }

    private async Task<Reply> Harmless(ApiClient api, Endpoint route, string path, string? body)
    {
        var reply = await api.Send(new HttpMethod(route.Method), path, route.Method == "GET" ? null : body).InTime($"{route.Method} {path} {body}");
        if (reply.Status >= 500) Assert.Fail($"{route.Method} {path} {body}: {reply}\n{await _server.LastFailure()}");
        return reply;
    }

    private static bool Names(Furnished content, Reply reply) =>
        content.Ids.Values.Any(id => reply.Text.Contains(id.ToJsonString().Trim('[', ']'), StringComparison.Ordinal)) || reply.Text.Contains(content.Secret, StringComparison.OrdinalIgnoreCase);

    // First what looks, last what makes things under the ids that it is asked with: they would be the caller's own from then on.
    private static IEnumerable<Endpoint> Walk() => Routes.Served.OrderBy(static route => IsEnding(route) ? 2 : IsMaking(route) ? 1 : 0);

    private static bool IsMaking(Endpoint route) => route.Operation.Split('.')[^1] is "create" or "get_or_create" or "insert" or "copy" or "attach" or "multi_attach" or "update" or "set_balances" or "import";

    private static bool IsEnding(Endpoint route) => route.Operation.Split('.')[^1] is "delete" or "reset" or "revoke";

    private static string Filled(Endpoint route) => System.Text.RegularExpressions.Regex.Replace(route.Path, @"\{\w+\}", "nobody");

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);

    private static void Same(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after, string request) =>
        Assert.True(before.SequenceEqual(after), $"{request} changed {string.Join(", ", before.Keys.Where(table => before[table] != after[table]))}");

    private async Task<string> Token() => (await _server.Api.Post("keys.mint", new { customer_id = _places["sandbox"].Content.Friend })).MustBe(200).Word("access_token")!;

    private async Task Place(string name, string key, string scope)
    {
        using var api = _server.Client(key);
        var content = await Furnished.Furnish(api, name, hasCards: name != "live");
        _places[name] = (key, _server.Engine.Scopes.All.Single(one => one.Name == scope).Id.Value, content);
    }
}
