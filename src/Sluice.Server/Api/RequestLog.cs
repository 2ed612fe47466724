namespace Sluice.Server.Api;

/// <summary>One wide event per request.</summary>
internal sealed partial class RequestLog(Settings settings, ILogger<RequestLog> log)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public void Served(HttpContext http, Endpoint endpoint, Answer answer, TimeSpan took, Exception? failure)
    {
        // As it was sent, so that nobody writes lines of their own into the log.
        var path = http.Request.Path.ToUriComponent();
        if (failure is not null) Broke(http.Request.Method, path, endpoint.Operation, answer.Status, took.TotalMilliseconds, failure);
        else if (settings.LogRequests == RequestLogging.All || (settings.LogRequests == RequestLogging.Failed && (answer.Failed || took > Slow)))
            Request(http.Request.Method, path, endpoint.Operation, answer.Status, (answer.Body as ErrorBody)?.Code, took.TotalMilliseconds, Version(http.Request));
    }

    // A header may hold anything, a key put there by mistake among it.
    private static string? Version(HttpRequest request)
    {
        string? sent = request.Headers[ApiVersion.Header];
        return sent is null || ApiVersion.TryParse(sent, out _, out _) ? sent : "unknown";
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Operation} {Status} {Code} {Milliseconds:0.0}ms version={Version}")]
    private partial void Request(string method, string path, string operation, int status, string? code, double milliseconds, string? version);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} {Operation} {Status} {Milliseconds:0.0}ms failed")]
    private partial void Broke(string method, string path, string operation, int status, double milliseconds, Exception failure);
}
