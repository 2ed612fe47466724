using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Server.Tests.Frame;

/// <summary>What is no HTTP, or stops in the middle: refused or hung up on, in time, and nothing comes of it.</summary>
public sealed class BrokenHttpTests : IAsyncLifetime
{
    private const string Track = """{"customer_id": "c", "feature_id": "messages", "value": 1}""";
    private readonly TempDirectory _directory = new();
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start(directory: _directory);
        await _server.Api.Create("c");
        await _server.Api.Grant("c", 10);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("a body that is cut off", "POST", "Content-Length: 500\r\n", Track)]
    [InlineData("a length below 0", "POST", "Content-Length: -1\r\n", Track)]
    [InlineData("a length that is no number", "POST", "Content-Length: 1e2\r\n", Track)]
    [InlineData("a length beyond counting", "POST", "Content-Length: 99999999999999999999\r\n", Track)]
    [InlineData("a length that is not taken", "POST", "Content-Length: 9000000\r\n", Track)]
    [InlineData("two lengths", "POST", "Content-Length: 58\r\nContent-Length: 5\r\n", Track)]
    [InlineData("chunks of no size", "POST", "Transfer-Encoding: chunked\r\n", "zz\r\n" + Track)]
    [InlineData("a chunk that is cut off", "POST", "Transfer-Encoding: chunked\r\n", "ff\r\n" + Track)]
    [InlineData("an unknown coding", "POST", "Transfer-Encoding: gzip\r\n", Track)]
    [InlineData("a header without a colon", "POST", "Content-Length: 58\r\nno colon here\r\n", Track)]
    [InlineData("a header with a zero", "POST", "Content-Length: 58\r\nX-A: \0\r\n", Track)]
    [InlineData("a header on two lines", "POST", "Content-Length: 58\r\nX-A: a\r\n b\r\n", Track)]
    [InlineData("two hosts", "POST", "Content-Length: 58\r\nHost: other\r\n", Track)]
    [InlineData("a method that is none", "PO ST", "Content-Length: 58\r\n", Track)]
    [InlineData("no method", "", "Content-Length: 58\r\n", Track)]
    public async Task Is_refused(string what, string method, string headers, string body)
    {
        await using var state = await StoredState.Open(_directory);
        var before = await state.Measure();
        await Refused(what, $"{method} /v1/balances.track HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ServerProcess.SandboxKey}\r\n{headers}\r\n{body}");
        Assert.Equal(before, await state.Measure());
        Assert.Equal(110, await _server.Api.Remaining("c"));
    }

    [Fact]
    public async Task So_is_what_is_no_request_at_all()
    {
        await Refused("nothing", "");
        await Refused("noise", "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03");
        await Refused("a line without an end", new string('a', 100_000));
        await Refused("a path that is too long", $"GET /{new string('a', 100_000)} HTTP/1.1\r\nHost: x\r\n\r\n");
        await Refused("too many headers", $"GET /version HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 5_000).Select(i => $"X-{i}: a\r\n"))}\r\n");
        await Refused("another protocol", "GET /version HTTP/9.9\r\nHost: x\r\n\r\n");
        await Refused("no host", "GET /version HTTP/1.1\r\n\r\n");
        await Refused("a way out of the root", "GET /../../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(200, (await _server.Api.Get("/version")).Status);
    }

    // Half closed: nothing more comes. The answer is one of 4xx, or none and the end.
    private async Task Refused(string what, string bytes)
    {
        var address = new Uri(_server.Url);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        var answer = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(bytes));
            client.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            answer.Append(await reader.ReadToEndAsync().InTime($"the end of the connection after {what}"));
        }
        catch (Exception end) when (end is IOException or SocketException)
        {
            // Hung up on before it was sent to its end.
        }

        if (answer.Length == 0) return;
        Assert.StartsWith("HTTP/1.1 ", answer.ToString(), StringComparison.Ordinal);
        Assert.InRange(int.Parse(answer.ToString().Split(' ')[1], CultureInfo.InvariantCulture), 400, 499 + (what == "another protocol" ? 6 : 0));
    }
}
