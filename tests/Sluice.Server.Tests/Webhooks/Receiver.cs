using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Server.Tests.Webhooks;

/// <summary>A message as it came, and a place to say what to answer.</summary>
internal sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Id => Headers["webhook-id"];

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public JsonElement Data => Json.GetProperty("data");

    public string Type => Json.GetProperty("type").GetString()!;

    public string Customer => Data.GetProperty("customer_id").GetString()!;

    /// <summary>What it says in few words: "limit_reached included", "usage 500".</summary>
    public string Gist => Data.TryGetProperty("usage_alert", out var alert)
        ? $"{alert.GetProperty("threshold_type").GetString()} {alert.GetProperty("threshold")}"
        : Data.TryGetProperty("limit_type", out var limit) ? $"limit_reached {limit.GetString()}" : Type;

    /// <summary>How many of the signatures are right by this secret, computed as the standard describes it.</summary>
    public int SignedBy(string secret)
    {
        var signed = Encoding.UTF8.GetBytes($"{Id}.{Headers["webhook-timestamp"]}.{Body}");
        using var hmac = new HMACSHA256(Convert.FromBase64String(secret["whsec_".Length..]));
        var right = "v1," + Convert.ToBase64String(hmac.ComputeHash(signed));
        return Headers["webhook-signature"].Split(' ').Count(signature => signature == right);
    }
}

/// <summary>The user's server: real HTTP on a free port of this machine.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<Received> _arrived = Channel.CreateUnbounded<Received>();
    private readonly ConcurrentQueue<Received> _all = new();
    private readonly CancellationTokenSource _ended = new();
    private TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Receiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Everything that came, in order.</summary>
    public IReadOnlyList<Received> All => [.. _all];

    /// <summary>The status of each answer.</summary>
    public Func<Received, int> Answer { get; set; } = static _ => 200;

    /// <summary>True: it is not answered until <see cref="LetGo"/>.</summary>
    public Func<Received, bool> Hangs { get; set; } = static _ => false;

    public static async Task<Receiver> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new Receiver(builder.Build());
        receiver._app.Run(receiver.Take);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The next one.</summary>
    public Task<Received> Next() => _arrived.Reader.ReadAsync().AsTask().InTime("a message");

    /// <summary>Answers what hangs now.</summary>
    public void LetGo() => Interlocked.Exchange(ref _letGo, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public async Task<IReadOnlyList<Received>> Next(int count)
    {
        var some = new List<Received>();
        while (some.Count < count) some.Add(await Next());
        return some;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _app.DisposeAsync();
        _ended.Dispose();
    }

    private async Task Take(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var received = new Received(http.Request.Path, http.Request.Headers.ToDictionary(pair => pair.Key.ToLowerInvariant(), pair => pair.Value.ToString()), await reader.ReadToEndAsync());
        http.Response.StatusCode = Answer(received);
        if (http.Response.StatusCode is >= 300 and < 400) http.Response.Headers.Location = $"{Url}/elsewhere";
        var letGo = _letGo.Task;
        _all.Enqueue(received);
        _arrived.Writer.TryWrite(received);
        if (!Hangs(received)) return;
        var gone = new TaskCompletionSource();
        using var hungUp = http.RequestAborted.Register(() => gone.TrySetResult());
        using var ended = _ended.Token.Register(() => gone.TrySetResult());
        await Task.WhenAny(gone.Task, letGo);
    }
}
