namespace Sluice.Server.Operations;

/// <summary>Who may read /metrics.</summary>
public enum MetricsAccess
{
    /// <summary>Nobody: there is no such route.</summary>
    None,

    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>Whoever reaches Sluice.</summary>
    All,
}

/// <param name="Otlp">Metrics and traces are sent where the standard variables <c>OTEL_EXPORTER_OTLP_…</c> say.</param>
public sealed record TelemetrySettings(MetricsAccess Metrics = MetricsAccess.None, bool Otlp = false)
{
    /// <summary>The standard variable that switches it on.</summary>
    public const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public bool AnyoneListens => Otlp || Metrics != MetricsAccess.None;

    public static TelemetrySettings Read(Func<string, string?> value, IReadOnlyDictionary<string, string?> environment)
    {
        var access = value("METRICS") switch
        {
            null or "loopback" => MetricsAccess.Loopback,
            "all" => MetricsAccess.All,
            "none" => MetricsAccess.None,
            var other => throw new SettingsException($"SLUICE_METRICS is \"{other}\"; it must be loopback, all or none."),
        };
        var endpoint = environment.GetValueOrDefault(OtlpEndpoint);
        if (endpoint is { Length: > 0 } && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
            throw new SettingsException($"{OtlpEndpoint} is \"{endpoint}\"; it must be http:// or https:// with a host.");
        return new TelemetrySettings(access, endpoint is { Length: > 0 });
    }
}
