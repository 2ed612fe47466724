using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Sluice.Server.Tests.Operations;

/// <summary>A span as it arrived.</summary>
internal sealed record Arrived(string Trace, string Span, string Parent, string Name);

/// <summary>An OTLP collector: takes what is posted to /v1/metrics and /v1/traces.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _posts = new();

    private Collector(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public IEnumerable<Arrived> Spans => _posts.Where(static post => post.Path == "/v1/traces").SelectMany(static post => Read(post.Body));

    public static async Task<Collector> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector._app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            collector._posts.Enqueue((http.Request.Path, body.ToArray()));
            http.Response.ContentType = "application/x-protobuf";
        });
        await collector._app.StartAsync();
        return collector;
    }

    /// <summary>Some text in what came to a path: names and labels are written as they are.</summary>
    public bool Has(string path, string text) => _posts.Any(post => post.Path == path && post.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    // Of opentelemetry/proto/trace/v1: resource spans (1), scope spans (2), spans (2): trace id 1, span id 2, parent 4, name 5.
    private static IEnumerable<Arrived> Read(byte[] body)
    {
        foreach (var resource in Fields(body, 1))
        foreach (var scope in Fields(resource, 2))
        foreach (var span in Fields(scope, 2))
        {
            var parent = Fields(span, 4).FirstOrDefault() ?? [];
            yield return new Arrived(Convert.ToHexString(Fields(span, 1).First()), Convert.ToHexString(Fields(span, 2).First()), Convert.ToHexString(parent), Encoding.UTF8.GetString(Fields(span, 5).First()));
        }
    }

    private static List<byte[]> Fields(byte[] message, int wanted)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Number(message, ref at);
            switch (tag & 7)
            {
                case 0: Number(message, ref at); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                default:
                    var length = (int)Number(message, ref at);
                    if ((int)(tag >> 3) == wanted) found.Add(message[at..(at + length)]);
                    at += length;
                    break;
            }
        }

        return found;
    }

    private static ulong Number(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
