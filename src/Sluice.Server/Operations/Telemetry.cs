using Sluice.Server.Api;
using Sluice.Server.Tenants;

namespace Sluice.Server.Operations;

/// <summary>
/// Gives away what <see cref="Measures"/> counts and <see cref="Spans"/> shows: at /metrics to whoever may ask, and by OTLP to
/// where the standard variables say. What is not switched on is not even loaded.
/// </summary>
internal sealed class Telemetry(TelemetrySettings settings) : IDisposable
{
    public const string Path = "/metrics";

    private readonly Exporters? _exporters = settings.AnyoneListens ? new Exporters(settings) : null;

    public void Map(WebApplication app)
    {
        if (settings.Otlp) app.Use(LeaveOutHealth);
        if (settings.Metrics == MetricsAccess.None) return;
        app.UseWhen(static http => http.Request.Path == Path, branch =>
        {
            branch.Use(Guard);
            _exporters!.Show(branch, Path);
        });
    }

    public void Dispose() => _exporters?.Dispose();

    private static Task LeaveOutHealth(HttpContext http, RequestDelegate next)
    {
        if (Health.IsAsked(http)) Spans.LeaveOut();
        return next(http);
    }

    private Task Guard(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsGet(http.Request.Method)) return AnswerWriter.Write(http.Response, Answer.Error(405, "invalid_request", $"{Path} is read with GET.", ScopeDirectory.Sandbox));
        return settings.Metrics == MetricsAccess.All || Peer.IsThisMachine(http) ? next(http)
            : AnswerWriter.Write(http.Response, Answer.Error(403, "invalid_request", "Metrics are for this machine only: SLUICE_METRICS=all opens them to whoever reaches Sluice.", ScopeDirectory.Sandbox));
    }
}
