using System.Reflection;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sluice.Server.Operations;

/// <summary>
/// All that knows OpenTelemetry: the page for Prometheus, and what is sent by OTLP. Made only when something is switched on;
/// each of the two libraries is loaded by the method that needs it.
/// </summary>
internal sealed class Exporters : IDisposable
{
    // .NET's own: memory, garbage collections, threads.
    private const string RuntimeMeter = "System.Runtime";

    private readonly MeterProvider _metrics;
    private readonly IDisposable? _traces;

    public Exporters(TelemetrySettings settings)
    {
        var metrics = Sdk.CreateMeterProviderBuilder().ConfigureResource(Named).AddMeter(Measures.MeterName, RuntimeMeter);
        if (settings.Metrics != MetricsAccess.None) AddPage(metrics);
        if (settings.Otlp) _traces = Send(metrics);
        _metrics = metrics.Build();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Show(IApplicationBuilder branch, string path) =>
        branch.UseOpenTelemetryPrometheusScrapingEndpoint(_metrics, predicate: null, path, configureBranchedPipeline: null, optionsName: null);

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddPage(MeterProviderBuilder metrics) =>
        metrics.AddPrometheusExporter(static prometheus => (prometheus.ScopeInfoEnabled, prometheus.TargetInfoEnabled) = (false, false));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracerProvider Send(MeterProviderBuilder metrics)
    {
        metrics.AddOtlpExporter(Protocol);
        return Sdk.CreateTracerProviderBuilder().ConfigureResource(Named).AddSource(Spans.SourceName, Spans.RequestSourceName).AddOtlpExporter(Protocol).Build();
    }

    private static void Named(ResourceBuilder resource)
    {
        if (Environment.GetEnvironmentVariable("OTEL_SERVICE_NAME") is not { Length: > 0 })
            resource.AddService("sluice", serviceVersion: typeof(Exporters).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
    }

    // What the standard recommends, where nobody said otherwise.
    private static void Protocol(OtlpExporterOptions otlp)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is not { Length: > 0 }) otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
    }
}
