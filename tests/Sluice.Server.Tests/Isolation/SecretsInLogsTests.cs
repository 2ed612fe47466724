using System.Net;
using System.Text.Json;
using Sluice.Server.Api;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Isolation;

/// <summary>With every request logged and many of them failing, no line of the log holds anything that opens anything.</summary>
public sealed class SecretsInLogsTests
{
    private const string WebhookSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    private const string Password = "correct horse battery";

    [Fact]
    public async Task No_key_token_password_link_or_signing_secret_is_logged()
    {
        using var directory = new TempDirectory();
        var environment = new Dictionary<string, string> { ["SLUICE_LOG_REQUESTS"] = "all", ["SLUICE_WEBHOOK_URL"] = "http://127.0.0.1:9/hook", ["SLUICE_WEBHOOK_SECRET"] = WebhookSecret, ["SLUICE_WEBHOOKS_ALLOW_PRIVATE"] = "true", ["SLUICE_WEBHOOK_ENVIRONMENT"] = "sandbox" };
        await using var server = await ServerProcess.Start(directory["data"], environment: environment);
        await Deadline.Until(() => server.Output.Contains("curl", StringComparison.Ordinal), "the welcome");
        using var api = server.Client();

        // What opens something: given by the settings, by the operator and by answers.
        var secrets = new List<string> { ServerProcess.SandboxKey, ServerProcess.LiveKey, WebhookSecret, Password };
        secrets.AddRange(await FromAnswers(api));
        secrets.AddRange(await FromPages(server));
        foreach (var secret in secrets.ToList()) await Misplaced(server, secret);

        // Whatever fails, with all of them in places where they do not belong.
        foreach (var route in Routes.Served.Where(route => !route.Operation.StartsWith("sandboxes", StringComparison.Ordinal)))
            await api.Send(new HttpMethod(route.Method), route.Path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), route.Method == "GET" ? null : JsonSerializer.Serialize(new { customer_id = secrets, password = secrets, secret = secrets, feature_id = secrets }));

        var made = new string('m', 42);
        using var wrong = server.Client("am_sk_test_" + made);
        Assert.Equal(401, (await wrong.Post("customers.list", "{}")).Status);
        await server.Terminate();
        var log = server.Output;
        Assert.True(log.Split('\n').Count(line => line.Contains("ms version=", StringComparison.Ordinal)) > Routes.Served.Count, log);
        Assert.Contains("balances.check 400 invalid_inputs", log, StringComparison.Ordinal);
        foreach (var secret in secrets.Append(made)) Assert.False(log.Contains(secret, StringComparison.Ordinal), $"{secret} is in the log:\n{string.Join('\n', log.Split('\n').Where(line => line.Contains(secret, StringComparison.Ordinal)))}");
    }

    [Fact]
    public async Task A_path_writes_no_lines_of_its_own_into_the_log()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"], environment: new Dictionary<string, string> { ["SLUICE_LOG_REQUESTS"] = "all" });
        using var api = server.Client();
        Assert.Equal(404, (await api.Get("/v1/customers/nobody%0A%0DINFO%1B%5B31mforged")).Status);
        await server.Terminate();
        Assert.Contains("/v1/customers/nobody%0A%0DINFO%1B%5B31mforged customers.get 404", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', server.Output);
    }

    private static async Task<IReadOnlyList<string>> FromAnswers(ApiClient api)
    {
        await api.Create("ada");
        (await api.Post("customers.set_test_card", new { customer_id = "ada", payment_method = "pm_card_visa" })).MustBe(200);
        var minted = (await api.Post("keys.mint", new { customer_id = "ada" })).MustBe(200);
        var hook = (await api.Post("webhooks.create", new { url = "http://127.0.0.1:9/" })).MustBe(200);
        var rotated = (await api.Post("webhooks.rotate_secret", new { webhook_id = hook.Word("id") })).MustBe(200);
        await api.Post("webhooks.test", new { webhook_id = hook.Word("id") });
        var sandbox = (await api.Post("sandboxes.create", new { name = "box" })).MustBe(200);
        var portal = (await api.Post("billing.open_customer_portal", new { customer_id = "ada" })).MustBe(200).Word("url")!;
        using var pages = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await pages.GetAsync(portal)).StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, (await pages.GetAsync(portal + "x")).StatusCode);
        return [minted.Word("access_token")!, minted.Word("refresh_token")!, hook.Word("secret")!, rotated.Word("secret")!, sandbox.Word("secret_key")!, portal.Split('/')[^1]];
    }

    // The operator's account, its session, and wrong passwords.
    private static async Task<IReadOnlyList<string>> FromPages(ServerProcess server)
    {
        var cookies = new CookieContainer();
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = cookies });
        var setup = server.Output.Split("/setup?token=")[1].Split('\n')[0].Trim();
        async Task<HttpStatusCode> Post(string path, params (string Name, string Value)[] form)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, server.Url + path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
            request.Headers.Add("Origin", server.Url);
            return (await browser.SendAsync(request)).StatusCode;
        }

        Assert.Equal(HttpStatusCode.Redirect, await Post("/setup", ("token", setup), ("password", Password), ("again", Password)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Post("/sign-in", ("name", "operator"), ("password", Password + "!"), ("next", "/sign-in")));
        Assert.Equal(HttpStatusCode.Redirect, await Post("/sign-in", ("name", "operator"), ("password", Password), ("next", "/sign-in")));
        return [.. cookies.GetCookies(new Uri(server.Url)).Select(cookie => cookie.Value)];
    }

    // In a query, a header that is logged, a scheme of its own, a cookie.
    private static async Task Misplaced(ServerProcess server, string secret)
    {
        using var api = server.Client(secret.Contains(' ', StringComparison.Ordinal) ? null : secret);
        await api.Get($"/v1/customers?key={Uri.EscapeDataString(secret)}", ("x-api-version", secret), ("Cookie", $"a={secret.Replace(' ', '_')}"));
        await api.Post("balances.check", "{}", ("Idempotency-Key", secret));
        await api.Post("balances.check", $"{{\"{secret}", ("x-api-version", secret));
    }
}
