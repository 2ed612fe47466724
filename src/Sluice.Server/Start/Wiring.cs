using Microsoft.Extensions.Logging.Console;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Customers;
using Sluice.Server.OAuth;
using Sluice.Server.Operations;
using Sluice.Server.Operators;
using Sluice.Server.Payments;
using Sluice.Server.Prices;
using Sluice.Server.Referrals;
using Sluice.Server.Tenants;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>Puts the parts together.</summary>
internal static partial class Wiring
{
    /// <summary>The server on a migrated store; it does not listen yet.</summary>
    public static async Task<WebApplication> BuildSluice(this WebApplicationBuilder builder, Settings settings, IStore store, IShellStore shell, TimeProvider time)
    {
        var providers = new Providers(settings);
        var scopes = new ScopeDirectory(store, providers.PolicyOf);
        await scopes.Load(Instant.Of(time.GetUtcNow()));
        builder.WebHost.UseUrls(new UriBuilder("http", settings.Host, settings.Port).ToString());
        builder.WebHost.ConfigureKestrel(kestrel => (kestrel.AddServerHeader, kestrel.Limits.MaxRequestBodySize) = (false, Frame.MaxBodyBytes));
        builder.Services.AddSluice(settings, store, shell, scopes, providers, time);
        builder.Services.AddSingleton<ILoggerProvider, ErrorCounter>().AddSingleton<Telemetry>();
        var app = builder.Build();
        app.MapSluice();
        return app;
    }

    /// <summary>All parts but HTTP, on scopes that are loaded.</summary>
    internal static IServiceCollection AddSluice(
        this IServiceCollection services, Settings settings, IStore store, IShellStore shell, ScopeDirectory scopes, Providers providers, TimeProvider time) => services
        .AddSingleton(settings)
        .Configure<HostOptions>(host => host.ShutdownTimeout = settings.StopTime)
        .AddSingleton(store)
        .AddSingleton(scopes)
        .AddSingleton(providers)
        .AddSingleton(time)
        .AddSingleton(settings.Telemetry)
        .AddSingleton<Measures>()
        .AddSingleton(new CommitterLimits(settings.Queue))
        .AddSingleton(provider =>
        {
            var (measures, clock) = (provider.GetRequiredService<Measures>(), provider.GetRequiredService<ClockWatch>());
            return new Committer(store, provider.GetRequiredService<CommitterLimits>(), provider.GetRequiredService<ILogger<Committer>>().CommitFailed, Committed, time);

            void Committed(int units, TimeSpan took)
            {
                measures.Committed(units, took);
                clock.Look();
            }
        })
        .AddSingleton<ClockWatch>()
        .AddSingleton<ClaimsInFlight>()
        .AddSingleton(provider => new BillingTurns(provider.GetRequiredService<ClaimsInFlight>(), shell as PostgresStore))
        .AddSingleton<ApiKeys>()
        .AddSingleton(provider => new Freshness(shell as PostgresStore, scopes, provider.GetRequiredService<ApiKeys>()))
        .AddSingleton(provider => new Turns(shell as PostgresStore, provider.GetRequiredService<Freshness>(), TimeProvider.System))
        .AddSingleton<CustomerDirectory>()
        .AddSingleton<CustomerKeys>()
        .AddSingleton<Outbox>()
        .AddSingleton<CommandRunner>()
        .AddSingleton(provider => new CatalogChanges(store, provider.GetRequiredService<Committer>(), shell as PostgresStore))
        .AddSingleton<Idempotency>()
        .AddSingleton(provider => new PriceBook(settings.ModelPrices, time, provider.GetRequiredService<ILogger<PriceBook>>()))
        .AddHostedService(static provider => provider.GetRequiredService<PriceBook>())
        .AddSingleton<Engine>()
        .AddSingleton<IOperatorStore>(shell)
        .AddSingleton<ITenantStore>(shell)
        .AddSingleton<IBillingStore>(shell)
        .AddSingleton<IRewardStore>(shell)
        .AddSingleton<ReferralDesk>()
        .AddSingleton<PaymentDesk>()
        .AddSingleton<PageLinks>()
        .AddSingleton<PaymentPages>()
        .AddSingleton<IWebhookStore>(shell)
        .AddSingleton<IPlanMigrationStore>(shell)
        .AddSingleton<IAuditStore>(shell)
        .AddSingleton<IRetentionStore>(shell)
        .AddSingleton<IBacklogStore>(shell)
        .AddSingleton<Backlogs>()
        .AddHostedService(static provider => provider.GetRequiredService<Backlogs>())
        .AddSingleton<CustomerTokens>()
        .AddSingleton<Sandboxes>()
        .AddSingleton<Passwords>()
        .AddSingleton<OperatorAccounts>()
        .AddSingleton<GuessThrottle>()
        .AddSingleton<SignInPages>()
        .AddSingleton<Codes>()
        .AddSingleton<AuthorizationServer>()
        .AddSingleton<RequestLog>()
        .AddSingleton<RateLimiter>()
        .AddSingleton<Frame>()
        .AddSingleton<SnapshotWriter>()
        .AddHostedService(provider => provider.GetRequiredService<SnapshotWriter>())
        .AddHostedService<PaymentWorker>()
        .AddHostedService<ReferralWorker>()
        .AddHostedService<Sweeper>()
        .AddHostedService<Retention>()
        .AddHostedService<PlanMover>()
        .AddHostedService<Evictor>()
        .AddSingleton<Sender>()
        .AddHostedService<Dispatcher>()
        .AddSingleton<Endpoints>();

    /// <summary>The log on standard output.</summary>
    public static ILoggingBuilder AddSluiceConsole(this ILoggingBuilder logging, LogFormat format)
    {
        if (format == LogFormat.Json) logging.AddConsole(console => console.FormatterName = JsonLines.FormatName).AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        else logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, "HH:mm:ss.fff ", LoggerColorBehavior.Disabled));
        return logging;
    }

    private static void MapSluice(this WebApplication app)
    {
        var frame = app.Services.GetRequiredService<Frame>();
        var parts = app.Services;

        // Whoever listens is there before the first number is.
        var telemetry = parts.GetRequiredService<Telemetry>();
        parts.GetRequiredService<Measures>().Watch(
            parts.GetRequiredService<Committer>(), parts.GetRequiredService<CommitterLimits>(), parts.GetRequiredService<ScopeDirectory>(), parts.GetRequiredService<CustomerDirectory>(), parts.GetRequiredService<Backlogs>());
        app.Use(RequestIds.Give);
        telemetry.Map(app);
        app.Use(UnknownRoutes.Answer);
        var freshness = app.Services.GetRequiredService<Freshness>();
        app.Use((http, next) => freshness.IsAlone && http.GetEndpoint()?.Metadata.GetMetadata<Api.Endpoint>() is not null ? next(http) : TryLater(http, next));
        if (!freshness.IsAlone) app.Use((http, next) => LookFirst(http, next, freshness));
        foreach (var endpoint in Routes.Served) app.MapMethods(endpoint.Path, [endpoint.Method], http => frame.Serve(http, endpoint)).WithMetadata(endpoint);
        app.Services.GetRequiredService<SignInPages>().Map(app);
        app.Services.GetRequiredService<AuthorizationServer>().Map(app);
        app.Services.GetRequiredService<PaymentPages>().Map(app);
        Health.Map(app);
        OpenApi.Map(app);
    }

    // Pages, and whatever else is not in the frame, which does it by itself, are told like everyone when the database cannot be reached.
    private static async Task TryLater(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
        }
        catch (Exception failure) when (!http.Response.HasStarted && failure is not BadHttpRequestException && Answer.ForNow(failure, ScopeDirectory.Sandbox) is not null)
        {
            http.RequestServices.GetRequiredService<ILogger<Frame>>().TriedInVain(failure);
            await AnswerWriter.Write(http.Response, Answer.ForNow(failure, ScopeDirectory.Sandbox)!);
        }
    }

    // Where other nodes write, too, a request begins by learning what they did to keys, scopes and catalogs.
    private static async Task LookFirst(HttpContext http, RequestDelegate next, Freshness freshness)
    {
        if (!Health.IsAsked(http)) await freshness.Look();
        await next(http);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A commit failed; what was in memory of it is dropped.")]
    private static partial void CommitFailed(this ILogger<Committer> log, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A request could not be answered for now.")]
    private static partial void TriedInVain(this ILogger<Frame> log, Exception failure);
}
