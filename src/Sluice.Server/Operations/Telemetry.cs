using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Sluice.Server.Api;
using Sluice.Server.Tenants;

namespace Sluice.Server.Operations;

/// <summary>
/// Gives away what <see cref="Measures"/> counts and <see cref="Spans"/> shows: at /metrics to whoever asks, and by OTLP to
/// where the standard variables say. What is not switched on is not even loaded.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    public const string Path = "/metrics";

    // .NET's own: memory, garbage collections, threads.
    private const string RuntimeMeter = "System.Runtime";

    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;
    private readonly MetricsAccess _access;

    public Telemetry(TelemetrySettings settings)
    {
        _access = settings.Metrics;
        if (!settings.AnyoneListens) return;
        var metrics = Sdk.CreateMeterProviderBuilder().ConfigureResource(Named).AddMeter(Measures.MeterName, RuntimeMeter);
        if (settings.Metrics != MetricsAccess.None) metrics.AddPrometheusExporter(static prometheus => (prometheus.ScopeInfoEnabled, prometheus.TargetInfoEnabled) = (false, false));
        if (settings.Otlp)
        {
            metrics.AddOtlpExporter(Protocol);
            _traces = Sdk.CreateTracerProviderBuilder().ConfigureResource(Named).AddSource(Spans.SourceName, Spans.RequestSourceName).AddOtlpExporter(Protocol).Build();
        }

        _metrics = metrics.Build();
    }

    public void Map(WebApplication app)
    {
        if (_traces is not null) app.Use(static (http, next) =>
        {
            if (Health.IsAsked(http)) Spans.LeaveOut();
            return next(http);
        });
        if (_access == MetricsAccess.None) return;
        app.UseWhen(static http => http.Request.Path == Path, branch =>
        {
            branch.Use(Guard);
            branch.UseOpenTelemetryPrometheusScrapingEndpoint(_metrics, predicate: null, Path, configureBranchedPipeline: null, optionsName: null);
        });
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private Task Guard(HttpContext http, RequestDelegate next)
    {
        if (!HttpMethods.IsGet(http.Request.Method)) return AnswerWriter.Write(http.Response, Answer.Error(405, "invalid_request", $"{Path} is read with GET.", ScopeDirectory.Sandbox));
        return _access == MetricsAccess.All || Peer.IsThisMachine(http) ? next(http)
            : AnswerWriter.Write(http.Response, Answer.Error(403, "invalid_request", "Metrics are for this machine only: SLUICE_METRICS=all opens them to whoever reaches Sluice.", ScopeDirectory.Sandbox));
    }

    private static void Named(ResourceBuilder resource)
    {
        if (Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") is not { Length: > 0 })
            resource.AddService("sluice", serviceVersion: typeof(Telemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
    }

    // What the standard recommends, where nobody said otherwise.
    private static void Protocol(OtlpExporterOptions otlp)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is not { Length: > 0 }) otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
    }
}
