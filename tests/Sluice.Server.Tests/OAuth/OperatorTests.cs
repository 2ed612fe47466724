using System.Net;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.OAuth;

public class OperatorTests
{
    [Fact]
    public async Task A_setup_link_sets_the_password_once_and_signs_nobody_in_by_itself()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        var again = await browser.Post("/setup", new Dictionary<string, string> { ["token"] = server.SetupToken!, ["password"] = "another password", ["again"] = "another password" });
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SignIn("another password")).StatusCode);
        var signedIn = await browser.SignIn();
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        Assert.Contains("You are signed in as operator", await (await browser.Get("/sign-in")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short", "short", "at least 10 characters")]
    [InlineData("long enough now", "long enough then", "differ")]
    public async Task A_password_is_refused(string password, string again, string says)
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        var answer = await browser.Post("/setup", new Dictionary<string, string> { ["token"] = server.SetupToken!, ["password"] = password, ["again"] = again });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await browser.SetUp();
    }

    [Fact]
    public async Task A_setup_link_ends_after_a_day()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        server.Time.Advance(TimeSpan.FromHours(24));
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Get($"/setup?token={server.SetupToken}")).StatusCode);
    }

    [Fact]
    public async Task A_session_is_a_cookie_that_scripts_cannot_read_and_ends_by_itself_or_by_signing_out()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        var cookie = Assert.Single((await browser.SignIn()).Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.True(await IsSignedIn(browser));
        await browser.Post("/sign-out", []);
        Assert.False(await IsSignedIn(browser));

        await browser.SignIn();
        server.Time.Advance(TimeSpan.FromHours(12));
        Assert.False(await IsSignedIn(browser));
    }

    [Fact]
    public async Task Setting_a_new_password_ends_every_session()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        await browser.SignIn();
        var link = await server.NewSetupToken();
        await browser.Post("/setup", new Dictionary<string, string> { ["token"] = link, ["password"] = "a new password", ["again"] = "a new password" });
        Assert.False(await IsSignedIn(browser));
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignIn("a new password")).StatusCode);
    }

    [Fact]
    public async Task Guessing_is_slowed_and_the_right_password_works_after_the_wait()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SignIn($"wrong password {i}")).StatusCode);
            server.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var slowed = await browser.SignIn();
        Assert.Equal(HttpStatusCode.TooManyRequests, slowed.StatusCode);
        Assert.True(slowed.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        server.Time.Advance(slowed.Headers.RetryAfter.Delta.Value);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignIn()).StatusCode);
    }

    [Fact]
    public async Task A_form_of_another_site_is_refused()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        var form = new Dictionary<string, string> { ["name"] = "operator", ["password"] = Browser.Password };
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/sign-in", form, origin: "https://evil.example")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Post("/sign-in", form, origin: "null")).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task Signing_in_leads_to_no_other_site(string next)
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        Assert.Equal("/sign-in", (await browser.SignIn(next: next)).Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task What_was_typed_is_shown_as_text_and_pages_forbid_scripts_and_frames()
    {
        await using var server = await RunningServer.Start();
        using var browser = new Browser(server);
        await browser.SetUp();
        var page = await browser.Post("/sign-in", new Dictionary<string, string> { ["name"] = "\"><script>alert(1)</script>", ["password"] = "wrong password" });
        Assert.DoesNotContain("<script", await page.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
    }

    private static async Task<bool> IsSignedIn(Browser browser) =>
        (await (await browser.Get("/sign-in")).Content.ReadAsStringAsync()).Contains("You are signed in", StringComparison.Ordinal);
}
