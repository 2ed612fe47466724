using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Webhooks;

/// <summary>Every address that a host has lies in a private network.</summary>
internal sealed class ClosedAddressException(string host) : IOException($"{host} leads into a private network");

/// <summary>
/// One attempt over HTTP. Follows no redirect, keeps no cookie, takes no proxy; only a 2xx is a success. Which address is
/// connected to is looked at when it is connected to, as a name may lead elsewhere each time it is asked for.
/// </summary>
internal sealed class Sender : IDisposable
{
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    // An answer says nothing but its status; what of it is read lets the connection be used again.
    private const int AnswerBytes = 4 * 1024;

    private readonly TimeProvider _time;
    private readonly bool _allowPrivate;
    private readonly HttpMessageInvoker _http;

    public Sender(Settings settings, TimeProvider time)
    {
        (_time, _allowPrivate) = (time, settings.Webhooks.AllowPrivate);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectLimit,
            ConnectCallback = Connect,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 0,
        });
    }

    /// <summary>Throws only when <paramref name="stopping"/> is cancelled.</summary>
    public async Task<DeliveryAttempt> Send(WebhookEndpoint endpoint, LeasedMessage message, CancellationToken stopping)
    {
        var (at, started) = (Instant.Of(_time.GetUtcNow()), _time.GetTimestamp());
        using var limit = new CancellationTokenSource(Limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
        int? status = null;
        string? error = null;
        try
        {
            using var request = Request(endpoint, message, at);
            using var response = await _http.SendAsync(request, both.Token);
            status = (int)response.StatusCode;
            await Drain(response, both.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            error = limit.IsCancellationRequested ? $"no answer within {Limit.TotalSeconds:0} s" : $"no connection within {ConnectLimit.TotalSeconds:0} s";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or ObjectDisposedException)
        {
            error = Innermost(failure).Message;
        }

        return new DeliveryAttempt(at, status, status is null ? error : null, (int)_time.GetElapsedTime(started).TotalMilliseconds);
    }

    public static bool IsSuccess(DeliveryAttempt attempt) => attempt.StatusCode is >= 200 and <= 299;

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(WebhookEndpoint endpoint, LeasedMessage message, Instant at)
    {
        var seconds = Math.DivRem(at.Milliseconds, 1_000).Quotient;
        var signatures = Signing.Signatures(endpoint, message.Id, seconds, message.Body, at);
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url) { Content = new StringContent(message.Body, Encoding.UTF8, "application/json") };
        request.Headers.UserAgent.ParseAdd("Sluice-Webhooks/1");
        foreach (var prefix in (string[])["webhook", "svix"])
        {
            request.Headers.TryAddWithoutValidation($"{prefix}-id", message.Id);
            request.Headers.TryAddWithoutValidation($"{prefix}-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
            request.Headers.TryAddWithoutValidation($"{prefix}-signature", signatures);
        }

        return request;
    }

    private static async Task Drain(HttpResponseMessage response, CancellationToken cancelled)
    {
        var buffer = new byte[AnswerBytes];
        await using var body = await response.Content.ReadAsStreamAsync(cancelled);
        await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancelled);
    }

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancelled)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = await Dns.GetHostAddressesAsync(host, cancelled);
        var open = _allowPrivate ? found : Array.FindAll(found, Addresses.IsPublic);
        if (open.Length == 0) throw new ClosedAddressException(host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(open, port, cancelled);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
