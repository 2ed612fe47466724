using System.Diagnostics;
using Sluice.Server.Api;
using Sluice.Storage;
using Endpoint = Sluice.Server.Api.Endpoint;

namespace Sluice.Server.Operations;

/// <summary>
/// What traces show: the request, which ASP.NET Core begins and the frame describes, and in it the wait for its commit. Where
/// nobody listens, nothing is made.
/// </summary>
internal static class Spans
{
    public const string SourceName = "Sluice";

    /// <summary>ASP.NET Core's own, which begins a span for each request and knows whose request led to it.</summary>
    public const string RequestSourceName = "Microsoft.AspNetCore";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Gives the span of the request its name and what is known of it.</summary>
    public static void Describe(HttpContext http, Endpoint endpoint, Answer answer, Seen seen)
    {
        if (!Source.HasListeners() || Activity.Current is not { Recorded: true } span) return;
        span.DisplayName = endpoint.Operation;
        span.SetTag("http.request.method", http.Request.Method);
        span.SetTag("http.route", endpoint.Path);
        span.SetTag("http.response.status_code", answer.Status);
        span.SetTag("sluice.request_id", http.TraceIdentifier);
        if (seen.Scope is { } scope) span.SetTag("sluice.scope", scope.Name).SetTag("sluice.environment", scope.Environment);
        if (answer.Body is ErrorBody { Code: var code }) span.SetTag("error.type", code);
        if (answer.Status >= 500) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Leaves the request out: it is asked all the time and says nothing.</summary>
    public static void LeaveOut()
    {
        if (Source.HasListeners() && Activity.Current is { } span) (span.ActivityTraceFlags, span.IsAllDataRequested) = (span.ActivityTraceFlags & ~ActivityTraceFlags.Recorded, false);
    }

    /// <summary>Waits until the unit is settled, within a span of its own when it is a request that waits.</summary>
    public static Task<Fate> Settling(Unit unit) => Source.HasListeners() && Activity.Current is not null ? Traced(unit) : unit.Settled;

    private static async Task<Fate> Traced(Unit unit)
    {
        using var span = Source.StartActivity("commit");
        var fate = await unit.Settled;
        span?.SetTag("sluice.fate", fate.Kind.ToString().ToLowerInvariant());
        if (!fate.IsCommitted) span?.SetStatus(ActivityStatusCode.Error);
        return fate;
    }
}
