using Sluice.Core;
using Sluice.Server.Pages;
using static Sluice.Server.Pages.Page;

namespace Sluice.Server.Operators;

/// <summary>The pages <c>/setup</c>, <c>/sign-in</c> and <c>/sign-out</c>, and the cookie that says who is signed in.</summary>
internal sealed class SignInPages(OperatorAccounts accounts, GuessThrottle throttle, Settings settings, TimeProvider time)
{
    private Instant Now => Instant.Of(time.GetUtcNow());

    public void Map(WebApplication app)
    {
        app.MapGet("/setup", ShowSetup);
        app.MapPost("/setup", SetUp);
        app.MapGet("/sign-in", ShowSignIn);
        app.MapPost("/sign-in", SignIn);
        app.MapPost("/sign-out", SignOut);
    }

    /// <summary>The session and whose it is; null when nobody is signed in.</summary>
    public async ValueTask<(string Session, string Name)?> SignedIn(HttpRequest request) =>
        request.Cookies[CookieName(request)] is { Length: > 0 } session && await accounts.Of(session, Now) is { } name ? (session, name) : null;

    /// <summary>Where to sign in, to come back to the address asked for.</summary>
    public static string SignInFor(HttpRequest request) => $"/sign-in?next={Uri.EscapeDataString(request.Path + request.QueryString)}";

    private async Task ShowSetup(HttpContext http)
    {
        var token = http.Request.Query["token"].ToString();
        if (await accounts.Linked(token, Now) is not { } name) await DeadLink().Write(http.Response);
        else await SetupForm(token, name, null).Write(http.Response);
    }

    private async Task SetUp(HttpContext http)
    {
        var form = await FormPost.Read(http.Request);
        var (token, password) = (form?["token"].ToString() ?? "", form?["password"].ToString() ?? "");
        if (form is null || await accounts.Linked(token, Now) is not { } name)
        {
            await DeadLink().Write(http.Response);
            return;
        }

        var fault = password.Length < Passwords.MinLength ? $"The password needs at least {Passwords.MinLength} characters."
            : password.Length > Passwords.MaxLength ? $"The password may have at most {Passwords.MaxLength} characters."
            : password != form["again"] ? "The two passwords differ." : null;
        if (fault is not null) await SetupForm(token, name, fault).WithStatus(400).Write(http.Response);
        else if (!await accounts.SetUp(token, password, Now)) await DeadLink().Write(http.Response);
        else http.Response.Redirect("/sign-in");
    }

    private async Task ShowSignIn(HttpContext http)
    {
        var next = Local(http.Request.Query["next"].ToString());
        if (!await accounts.IsSetUp()) await NotSetUp().Write(http.Response);
        else if (await SignedIn(http.Request) is { Name: var name })
            await new Page("Signed in").Says($"You are signed in as {name}.").Asks("/sign-out", [], new Choice("Sign out", IsQuiet: true)).Write(http.Response);
        else await SignInForm(next, OperatorAccounts.First, null).Write(http.Response);
    }

    private async Task SignIn(HttpContext http)
    {
        var form = await FormPost.Read(http.Request);
        var (name, next) = (form?["name"].ToString() ?? "", Local(form?["next"].ToString() ?? ""));
        if (form is null)
        {
            await SignInForm("/sign-in", OperatorAccounts.First, "That form came from another site. Sign in here.").WithStatus(400).Write(http.Response);
            return;
        }

        var address = http.Connection.RemoteIpAddress;
        if (throttle.Wait(address, Now) is { Ticks: > 0 } wait)
        {
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await SignInForm(next, name, $"Too many wrong passwords. Try again in {(int)Math.Ceiling(wait.TotalSeconds)} seconds.").WithStatus(429).Write(http.Response);
            return;
        }

        var password = form["password"].ToString();
        if (password.Length > Passwords.MaxLength || await accounts.SignIn(name, password, Now) is not { } session)
        {
            throttle.Wrong(address, Now);
            await SignInForm(next, name, "Name or password is wrong.").WithStatus(401).Write(http.Response);
            return;
        }

        throttle.Right(address);
        http.Response.Cookies.Append(CookieName(http.Request), session, new CookieOptions
        {
            HttpOnly = true, Secure = IsSecure(http.Request), SameSite = SameSiteMode.Lax, Path = "/", MaxAge = OperatorAccounts.SessionLasts,
        });
        http.Response.Redirect(next);
    }

    private async Task SignOut(HttpContext http)
    {
        if (await FormPost.Read(http.Request) is not null && http.Request.Cookies[CookieName(http.Request)] is { } session)
        {
            await accounts.SignOut(session);
            http.Response.Cookies.Delete(CookieName(http.Request), new CookieOptions { Secure = IsSecure(http.Request), Path = "/" });
        }

        http.Response.Redirect("/sign-in");
    }

    private static Page SetupForm(string token, string name, string? fault) => new Page("Set your password")
        .Says($"This is the account \"{name}\" of this Sluice. It consents when a tool such as the command line asks for API keys.")
        .Warns(fault)
        .Asks(
            "/setup",
            [Field.Hidden("token", token), Field.Password("password", "Password", "new-password", Passwords.MinLength), Field.Password("again", "The same again", "new-password", Passwords.MinLength)],
            new Choice("Set password"));

    private static Page SignInForm(string next, string name, string? fault) => new Page("Sign in")
        .Warns(fault)
        .Asks("/sign-in", [Field.Hidden("next", next), Field.Text("name", "Account", name, "username"), Field.Password("password", "Password", "current-password")], new Choice("Sign in"));

    private static Page DeadLink() => new Page("This link has ended").Says("A setup link works once, for 24 hours.").Says("Print a new one on the server: sluice operator link").WithStatus(400);

    public static Page NotSetUp() => new Page("No account yet")
        .Says("This Sluice has no operator account. Its start printed a setup link; open that first.").Says("Or print a new one on the server: sluice operator link").WithStatus(403);

    // Only a path of ours: never another site's address.
    private static string Local(string next) => next.StartsWith('/') && !next.StartsWith("//", StringComparison.Ordinal) && !next.Contains('\\') && !next.Any(char.IsControl) ? next : "/sign-in";

    private bool IsSecure(HttpRequest request) => request.IsHttps || settings.PublicUrl?.Scheme == Uri.UriSchemeHttps;

    private string CookieName(HttpRequest request) => IsSecure(request) ? "__Host-sluice_session" : "sluice_session";
}
