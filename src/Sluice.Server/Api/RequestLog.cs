namespace Sluice.Server.Api;

/// <summary>One wide event per request: never a key, never a body.</summary>
internal sealed partial class RequestLog(Settings settings, ILogger<RequestLog> log)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public void Served(HttpContext http, Endpoint endpoint, Answer answer, TimeSpan took, Seen seen, Exception? failure)
    {
        if (failure is null && !Wants(answer, took)) return;

        // The path as it was sent, and an id without what it could not be, so that nobody writes lines of their own into the log.
        Request(
            failure is null ? LogLevel.Information : LogLevel.Error,
            http.Request.Method, http.Request.Path.ToUriComponent(), endpoint.Operation, answer.Status, (answer.Body as ErrorBody)?.Code, took.TotalMilliseconds, Version(http.Request),
            http.TraceIdentifier, seen.Scope?.Name, seen.Scope?.Environment, OneLine(seen.CustomerId(http.Request)), seen.BytesIn, http.Response.ContentLength ?? 0, failure);
    }

    private static string? OneLine(string? text) => text is not null && text.Any(char.IsControl) ? Uri.EscapeDataString(text) : text;

    // A header may hold anything, a key put there by mistake among it.
    private static string? Version(HttpRequest request)
    {
        string? sent = request.Headers[ApiVersion.Header];
        return sent is null || ApiVersion.TryParse(sent, out _, out _) ? sent : "unknown";
    }

    private bool Wants(Answer answer, TimeSpan took) =>
        settings.LogRequests == RequestLogging.All || (settings.LogRequests == RequestLogging.Failed && (answer.Failed || took > Slow));

    [LoggerMessage(Message = "{Method} {Path} {Operation} {Status} {Code} {Milliseconds:0.0}ms version={Version} request={RequestId} scope={Scope} env={Environment} customer={Customer} in={BytesIn} out={BytesOut}")]
    private partial void Request(
        LogLevel level, string method, string path, string operation, int status, string? code, double milliseconds, string? version,
        string requestId, string? scope, string? environment, string? customer, long bytesIn, long bytesOut, Exception? failure);
}
