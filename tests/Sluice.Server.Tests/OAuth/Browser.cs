using System.Net;
using System.Text.RegularExpressions;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.OAuth;

/// <summary>A browser with cookies that follows no redirect by itself.</summary>
internal sealed partial class Browser(RunningServer server) : IDisposable
{
    public const string Password = "correct horse battery";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(server.Url) };

    [GeneratedRegex("name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex HiddenField { get; }

    public Task<HttpResponseMessage> Get(string path) => _http.GetAsync(new Uri(path, UriKind.RelativeOrAbsolute));

    public Task<HttpResponseMessage> Post(string path, IEnumerable<KeyValuePair<string, string>> form, string? origin = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.RelativeOrAbsolute)) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("Origin", origin ?? server.Url);
        return _http.SendAsync(request);
    }

    /// <summary>Fills in the form of a page and sends it to its own address.</summary>
    public async Task<HttpResponseMessage> Submit(HttpResponseMessage page, string action, params (string Name, string Value)[] values)
    {
        var html = await page.Content.ReadAsStringAsync();
        var fields = HiddenField.Matches(html).Where(match => !match.Value.Contains("decision", StringComparison.Ordinal))
            .ToDictionary(match => match.Groups["name"].Value, match => WebUtility.HtmlDecode(match.Groups["value"].Value));
        foreach (var (name, value) in values) fields[name] = value;
        return await Post(action, fields);
    }

    public async Task SetUp()
    {
        var page = await Get($"/setup?token={server.SetupToken}");
        var done = await Submit(page, "/setup", ("password", Password), ("again", Password));
        Assert.Equal("/sign-in", done.Headers.Location?.OriginalString);
    }

    public async Task<HttpResponseMessage> SignIn(string password = Password, string next = "/sign-in") =>
        await Post("/sign-in", new Dictionary<string, string> { ["name"] = "operator", ["password"] = password, ["next"] = next });

    public void Dispose() => _http.Dispose();
}
