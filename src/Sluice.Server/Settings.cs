using Sluice.Server.Operations;
using Sluice.Server.Payments;
using Sluice.Server.Tenants;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server;

public enum RequestLogging
{
    /// <summary>Requests that failed or took over a second.</summary>
    Failed,
    All,
    None,
}

public enum LogFormat
{
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>A setting that is wrong or unknown: Sluice does not start.</summary>
public sealed class SettingsException(string message) : Exception(message);

/// <summary>
/// All settings. Each can be given as <c>SLUICE_NAME</c> in the environment or as <c>Sluice:Name</c> in appsettings.json;
/// those that are secret also as <c>SLUICE_NAME_FILE</c>. docs/settings.md lists them.
/// </summary>
public sealed record Settings(
    string Data, string Host, int Port, string? SandboxKey, string? LiveKey, RequestLogging LogRequests, int Queue, Uri? PublicUrl = null, string? ModelPrices = null)
{
    /// <summary>Address of a PostgreSQL database; null = SQLite in the data directory.</summary>
    public string? Database { get; init; }

    /// <summary>Customers kept in memory; beyond it those go that were not used lately.</summary>
    public int CustomersInMemory { get; init; } = 200_000;

    /// <summary>For how long an idempotency key that was used counts as used.</summary>
    public TimeSpan KeepIdempotencyKeys { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Days after which usage events, and what else the journal tells of a customer, are let go; null = never.</summary>
    public int? KeepUsageDays { get; init; }

    /// <summary>How long what was accepted has to end when Sluice is stopped.</summary>
    public TimeSpan StopTime { get; init; } = TimeSpan.FromSeconds(20);

    public BillingSettings Billing { get; init; } = new();

    public WebhookSettings Webhooks { get; init; } = new();

    public LogFormat LogFormat { get; init; }

    public TelemetrySettings Telemetry { get; init; } = new();

    public IReadOnlyList<RateLimit> RateLimits { get; init; } = [];

    private const string Prefix = "SLUICE_";
    private static readonly string[] Plain = ["DATA", "HOST", "PORT", "LOG_REQUESTS", "LOG_FORMAT", "METRICS", "RATE_LIMITS", "QUEUE", "CUSTOMERS_IN_MEMORY", "KEEP_IDEMPOTENCY_KEYS", "KEEP_USAGE_DAYS", "STOP_SECONDS", "PUBLIC_URL", "MODEL_PRICES", "PAYMENTS_LIVE", "PAYMENTS_RETRY_DAYS", "PAYMENTS_UNPAID", "TAX_RATE", "TAX_RATES", "CURRENCY", "WEBHOOK_URL", "WEBHOOK_ENVIRONMENT", "WEBHOOKS_ALLOW_PRIVATE"];
    private static readonly string[] Secret = ["SANDBOX_KEY", "LIVE_KEY", "WEBHOOK_SECRET", "DATABASE"];

    public static Settings Read(IConfiguration configuration, IReadOnlyDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var setting = name[Prefix.Length..];
            if (!Plain.Contains(setting) && !Secret.Contains(setting) && !Secret.Any(secret => setting == secret + "_FILE"))
                throw new SettingsException($"{name} is not a setting of Sluice. Known: {string.Join(", ", Plain.Concat(Secret).Select(known => Prefix + known))}, and those that are keys as …_FILE.");
        }

        foreach (var child in configuration.GetSection("Sluice").GetChildren())
        {
            if (!Plain.Concat(Secret).Contains(Environment(child.Key)))
                throw new SettingsException($"\"Sluice:{child.Key}\" in appsettings.json is not a setting of Sluice.");
        }

        string? Value(string name)
        {
            if (environment.GetValueOrDefault(Prefix + name) is { Length: > 0 } set) return set;
            if (Secret.Contains(name) && environment.GetValueOrDefault(Prefix + name + "_FILE") is { Length: > 0 } file) return ReadFile(Prefix + name + "_FILE", file);
            return configuration.GetSection("Sluice").GetChildren().FirstOrDefault(child => Environment(child.Key) == name)?.Value;
        }

        return new Settings(
            Value("DATA") ?? "data",
            Value("HOST") ?? "127.0.0.1",
            Number("PORT", Value("PORT"), 8080, 0, 65_535),
            Key("SANDBOX_KEY", Value("SANDBOX_KEY"), "am_sk_test_"),
            Key("LIVE_KEY", Value("LIVE_KEY"), "am_sk_live_"),
            Logging(Value("LOG_REQUESTS")),
            Number("QUEUE", Value("QUEUE"), 16_384, 1, 1_000_000),
            Url("PUBLIC_URL", Value("PUBLIC_URL")),
            Value("MODEL_PRICES"))
        {
            Database = DatabaseAddress(Value("DATABASE")),
            CustomersInMemory = Number("CUSTOMERS_IN_MEMORY", Value("CUSTOMERS_IN_MEMORY"), 200_000, 100, 100_000_000),
            KeepIdempotencyKeys = TimeSpan.FromHours(Number("KEEP_IDEMPOTENCY_KEYS", Value("KEEP_IDEMPOTENCY_KEYS"), 24, 1, 8_760)),
            KeepUsageDays = Value("KEEP_USAGE_DAYS") is { } days ? Number("KEEP_USAGE_DAYS", days, 0, 1, 36_500) : null,
            StopTime = TimeSpan.FromSeconds(Number("STOP_SECONDS", Value("STOP_SECONDS"), 20, 1, 3_600)),
            LogFormat = Value("LOG_FORMAT") switch
            {
                null or "text" => LogFormat.Text,
                "json" => LogFormat.Json,
                var other => throw new SettingsException($"{Prefix}LOG_FORMAT is \"{other}\"; it must be text or json."),
            },
            Telemetry = TelemetrySettings.Read(Value, environment),
            RateLimits = Operations.RateLimits.Parse(Value("RATE_LIMITS")),
            Billing = BillingSettings.Read(Value),
            Webhooks = Webhook(Value("WEBHOOK_URL"), Value("WEBHOOK_SECRET"), Value("WEBHOOK_ENVIRONMENT"), Flag("WEBHOOKS_ALLOW_PRIVATE", Value("WEBHOOKS_ALLOW_PRIVATE"))),
        };
    }

    private static WebhookSettings Webhook(string? url, string? secret, string? environment, bool allowPrivate)
    {
        if (environment is not (null or ScopeDirectory.Live or ScopeDirectory.Sandbox)) throw new SettingsException($"{Prefix}WEBHOOK_ENVIRONMENT is \"{environment}\"; it must be live or sandbox.");
        if (url is null && (secret ?? environment) is not null) throw new SettingsException($"{Prefix}WEBHOOK_SECRET and {Prefix}WEBHOOK_ENVIRONMENT belong to {Prefix}WEBHOOK_URL, which is not set.");
        if (url is not null && Addresses.Fault(url, allowPrivate) is { } fault) throw new SettingsException($"{Prefix}WEBHOOK_URL is \"{url}\": {fault}.");
        if (url is not null && (secret is null || !Signing.IsSecret(secret))) throw new SettingsException($"{Prefix}WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 random bytes: \"whsec_$(openssl rand -base64 32)\" makes one.");
        return new WebhookSettings(url, secret, environment ?? ScopeDirectory.Live, allowPrivate);
    }

    // The address holds a password, so it is not shown.
    private static string? DatabaseAddress(string? url) =>
        url is not null && DatabaseUrl.Fault(url) is { } fault ? throw new SettingsException($"{Prefix}DATABASE must look like postgres://user:password@host:port/database: {fault}.") : url;

    private static bool Flag(string name, string? value) => value switch
    {
        null or "false" => false,
        "true" => true,
        _ => throw new SettingsException($"{Prefix}{name} is \"{value}\"; it must be true or false."),
    };

    // "SandboxKey" and "sandbox_key" are SANDBOX_KEY.
    private static string Environment(string key) =>
        string.Concat(key.Select((c, i) => char.IsUpper(c) && i > 0 && char.IsLower(key[i - 1]) ? "_" + c : char.ToUpperInvariant(c).ToString()));

    private static string ReadFile(string name, string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{name}: {path} cannot be read ({failure.Message}).");
        }
    }

    private static int Number(string name, string? value, int otherwise, int min, int max) =>
        value is null ? otherwise
        : int.TryParse(value, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
        : throw new SettingsException($"{Prefix}{name} is \"{value}\"; it must be a whole number from {min} to {max}.");

    private static Uri? Url(string name, string? value) =>
        value is null ? null
        : Uri.TryCreate(value, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", PathAndQuery: "/", Fragment: "" } ? url
        : throw new SettingsException($"{Prefix}{name} is \"{value}\"; it must be http:// or https:// with a host and no path.");

    private static string? Key(string name, string? value, string prefix) =>
        value is null || (value.StartsWith(prefix, StringComparison.Ordinal) && value.Length >= prefix.Length + 20) ? value
        : throw new SettingsException($"{Prefix}{name} must begin with {prefix} and have at least 20 characters after it.");

    private static RequestLogging Logging(string? value) => value switch
    {
        null or "failed" => RequestLogging.Failed,
        "all" => RequestLogging.All,
        "none" => RequestLogging.None,
        _ => throw new SettingsException($"{Prefix}LOG_REQUESTS is \"{value}\"; it must be failed, all or none."),
    };
}

/// <summary>The endpoint that comes from the settings, and where endpoints may lie.</summary>
/// <param name="Environment">"live" or "sandbox": whose events go to <paramref name="Url"/>.</param>
/// <param name="AllowPrivate">Endpoints may lie in private networks and on this machine.</param>
public sealed record WebhookSettings(string? Url = null, string? Secret = null, string Environment = ScopeDirectory.Live, bool AllowPrivate = false);
