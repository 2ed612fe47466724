using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Operations;
using Sluice.Server.Operators;
using Sluice.Server.Payments;
using Sluice.Server.Start;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Tests.Driving;

/// <summary>The whole server inside the test: real HTTP, a real database, a clock and a store in the test's hands.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly TempDirectory _directory;
    private readonly bool _ownsDirectory;
    private readonly WebApplication _app;
    private readonly Failures _failures;
    private bool _disposed;

    private RunningServer(TempDirectory directory, bool ownsDirectory, WebApplication app, SteeredStore store, ManualTime time, string publishable, Failures failures)
    {
        (_directory, _ownsDirectory, _app, Store, Time, PublishableKey, _failures) = (directory, ownsDirectory, app, store, time, publishable, failures);
        Api = Client();
        Engine = app.Services.GetRequiredService<Engine>();
        Committer = app.Services.GetRequiredService<Committer>();
    }

    /// <summary>Speaks with the sandbox's secret key.</summary>
    public ApiClient Api { get; }

    public SteeredStore Store { get; }

    public ManualTime Time { get; }

    public Engine Engine { get; }

    public Committer Committer { get; }

    /// <summary>What this server counts.</summary>
    public Measures Measures => _app.Services.GetRequiredService<Measures>();

    public string PublishableKey { get; }

    /// <summary>Of the link that sets the first operator's password.</summary>
    public string? SetupToken { get; private init; }

    public string Url => _app.Urls.First();

    /// <summary>Every route that is answered, of the API and of pages.</summary>
    public IReadOnlyList<RouteEndpoint> Mapped => [.. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public IShellStore Shell => (IShellStore)_app.Services.GetRequiredService<ITenantStore>();

    /// <summary>Waits until the sweeper has stored everything that is due.</summary>
    public Task Swept() => Deadline.Until(async () => (await Store.DueCustomers(Instant.Of(Time.GetUtcNow()), 1)).Count == 0, "the sweeper", Time);

    /// <summary>Waits until everything has been let go that is too old by now, by the settings.</summary>
    public async Task Retired()
    {
        var now = Instant.Of(Time.GetUtcNow());
        var before = Day.Start(Day.Of(now) - _app.Services.GetRequiredService<Settings>().KeepUsageDays!.Value);
        var end = Environment.TickCount64 + 60_000;
        for (var worker = ActivatorUtilities.CreateInstance<Retention>(_app.Services); await Shell.RetiredBefore() < before; await worker.Retire(now, CancellationToken.None))
        {
            Assert.True(Environment.TickCount64 < end, "retention does not come to an end");
            await Task.Yield();
        }
    }

    /// <summary>A further secret key.</summary>
    public async Task<string> Key(string environment, string? scopes = null)
    {
        var key = ApiKeys.Make(KeyKind.Secret, environment);
        await Engine.Keys.Add(key, KeyKind.Secret, Engine.Scopes.Environment(environment).Id, Instant.Of(Time.GetUtcNow()), null, scopes, null);
        return key;
    }

    public ValueTask<string> NewSetupToken() => _app.Services.GetRequiredService<OperatorAccounts>().NewLink(OperatorAccounts.First, Instant.Of(Time.GetUtcNow()));

    /// <param name="database">A PostgreSQL database, whatever else the tests run on.</param>
    public static async Task<RunningServer> Start(
        int queue = 16_384, TempDirectory? directory = null, ManualTime? time = null, bool demo = true, WebhookSettings? webhooks = null, BillingSettings? billing = null, Func<Settings, Settings>? change = null, string? database = null)
    {
        var ownsDirectory = directory is null;
        directory ??= new TempDirectory();
        time ??= new ManualTime();
        SqlStore kept = (database ?? (TestDatabase.IsPostgres ? TestDatabase.Of(directory) : null)) is { } url ? new PostgresStore(url) : new SqliteStore(directory[SqliteStore.FileName]);
        var store = new SteeredStore(kept);
        await store.Migrate();
        var builder = WebApplication.CreateSlimBuilder();
        var failures = new Failures();
        builder.Logging.ClearProviders().AddProvider(failures);
        var settings = new Settings(directory.Path, "127.0.0.1", 0, ServerProcess.SandboxKey, ServerProcess.LiveKey, RequestLogging.None, queue) { Webhooks = webhooks ?? new WebhookSettings(), Billing = billing ?? new BillingSettings() };
        if (change is not null) settings = change(settings);
        var app = await builder.BuildSluice(settings, store, kept, time);
        var engine = app.Services.GetRequiredService<Engine>();
        var welcome = await FirstStart.Prepare(engine, settings, demo, app.Services.GetRequiredService<OperatorAccounts>());
        var publishable = ApiKeys.Make(KeyKind.Publishable, ScopeDirectory.Sandbox);
        await engine.Keys.Add(publishable, KeyKind.Publishable, engine.Scopes.Environment(ScopeDirectory.Sandbox).Id, Instant.Of(time.GetUtcNow()));
        await app.StartAsync();
        return new RunningServer(directory, ownsDirectory, app, store, time, publishable, failures) { SetupToken = welcome.SetupToken };
    }

    /// <summary>The last exception that the server logged; it logs after it has answered.</summary>
    public async Task<Exception?> LastFailure()
    {
        var end = Environment.TickCount64 + 2_000;
        while (_failures.Last is null && Environment.TickCount64 < end) await Task.Yield();
        return _failures.Last;
    }

    public ApiClient Client(string? key = ServerProcess.SandboxKey) => new(_app.Urls.First(), key);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        Api.Dispose();
        await _app.StopAsync();
        await Committer.StopAsync();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
        if (_ownsDirectory) _directory.Dispose();
    }

    private sealed class Failures : ILoggerProvider, ILogger
    {
        public Exception? Last { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Last = exception ?? Last;

        public void Dispose()
        {
        }
    }
}
