using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Server;
using Sluice.Server.Api;
using Sluice.Server.Customers;
using Sluice.Server.Operators;
using Sluice.Server.Payments;
using Sluice.Server.Start;
using Sluice.Server.Tenants;
using Sluice.Server.Tests.Driving;
using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>
/// Sluice, whole but for the socket: its frame, its endpoints, its committer on a real SQLite file, its payment desk and its
/// sweeper, which run when they are told to. Killing it forgets everything but the file.
/// </summary>
internal sealed class Machine : IAsyncDisposable
{
    private const string Key = "am_sk_test_simulation00000000000000000000000000000000000";
    private const int DaysKept = 5;
    private const int Rounds = 500;
    private static readonly Dictionary<string, Server.Api.Endpoint> Routes = Server.Api.Routes.All.Where(static endpoint => endpoint.Method == "POST").GroupBy(static endpoint => endpoint.Operation).ToDictionary(static group => group.Key, static group => group.First());

    private readonly ServiceProvider _parts;
    private readonly SqliteStore _sqlite;
    private readonly Frame _frame;
    private readonly Sweeper _sweeper;
    private readonly Retention _retention;
    private readonly ManualTime _time;
    private readonly Broke _broke = new();

    private Machine(ServiceCollection services, SqliteStore sqlite, ManualTime time, Faults faults)
    {
        services.AddSingleton<IBillingStore>(new FaultyBilling(sqlite, faults)).AddLogging(logging => logging.AddProvider(_broke));
        (_parts, _sqlite, _time) = (services.BuildServiceProvider(), sqlite, time);
        (_frame, _sweeper, _retention) = (_parts.GetRequiredService<Frame>(), ActivatorUtilities.CreateInstance<Sweeper>(_parts), ActivatorUtilities.CreateInstance<Retention>(_parts));
        Engine = _parts.GetRequiredService<Engine>();
        Scope = Engine.Scopes.Environment(ScopeDirectory.Sandbox);
    }

    public Engine Engine { get; }

    public Scope Scope { get; }

    public Settings Settings => _parts.GetRequiredService<Settings>();

    public Instant Now => Instant.Of(_time.GetUtcNow());

    /// <summary>What a request that was answered with 500 failed of.</summary>
    public Exception? Bug => _broke.Last;

    public static async Task<Machine> Start(string file, ManualTime time, Faults faults, Bank bank)
    {
        var sqlite = new SqliteStore(file);
        var store = new FaultyStore(sqlite, faults);
        await store.Migrate();
        var settings = new Settings(Path.GetDirectoryName(file)!, "127.0.0.1", 0, Key, null, RequestLogging.None, Queue: 1_000) { KeepUsageDays = DaysKept };
        var providers = new Providers(settings, bank);
        var scopes = new ScopeDirectory(store, providers.PolicyOf);
        await scopes.Load(Instant.Of(time.GetUtcNow()));
        var services = new ServiceCollection();
        services.AddSluice(settings, store, sqlite, scopes, providers, time);
        return new Machine(services, sqlite, time, faults);
    }

    /// <summary>Keys and a catalog, once for every file.</summary>
    public async Task Prepare(IEnumerable<(string Operation, string Body)> catalog)
    {
        await FirstStart.Prepare(Engine, _parts.GetRequiredService<Settings>(), demo: false, _parts.GetRequiredService<OperatorAccounts>());
        foreach (var (operation, body) in catalog)
        {
            if (await Ask(operation, body) is { Status: not 200 } refused) throw new InvalidOperationException($"{operation} {body}: {refused}");
        }
    }

    /// <summary>A request, through the frame that serves them all.</summary>
    public async Task<Reply> Ask(string operation, string body, string? key = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        using var answer = new MemoryStream();
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Scheme, http.Request.Host, http.Request.Path) = ("POST", "http", new HostString("sluice.test"), Routes[operation].Path);
        (http.Request.Body, http.Request.ContentLength, http.Response.Body) = (new MemoryStream(bytes), bytes.Length, answer);
        http.Request.Headers.Authorization = $"Bearer {Key}";
        if (key is not null) http.Request.Headers[Frame.IdempotencyHeader] = key;
        await _frame.Serve(http, Routes[operation]);
        using var document = JsonDocument.Parse(answer.ToArray());
        return new Reply(http.Response.StatusCode, document.RootElement.Clone());
    }

    /// <summary>What runs by itself, until nothing is due at this moment. What fails is tried again later.</summary>
    public async Task Work()
    {
        try
        {
            for (var round = 1; await RoundLeavesMore(); round++)
            {
                if (round == Rounds) throw new Broken("nothing due is left undone", $"something is still due after {Rounds} rounds");
            }

            await _parts.GetRequiredService<SnapshotWriter>().WriteDue();
        }
        catch (IOException)
        {
            // Logged and tried again, as the loops do.
        }
    }

    private async Task<bool> RoundLeavesMore()
    {
        await _sweeper.Sweep(Now, CancellationToken.None);
        var asked = await Engine.Payments.CarryOutDue(Now, 100, CancellationToken.None);
        return asked > 0 || (await Engine.Store.DueCustomers(Now, 1)).Count > 0;
    }

    /// <summary>A page, or the provider by itself, says something about a customer.</summary>
    public async Task<Ran> Say(CustomerKey customer, params Command[] commands)
    {
        await using var turn = await Engine.Payments.TakeTurn(Scope, customer);
        var ran = await Engine.Runner.Run(Scope, [.. commands.Select(command => new Addressed(customer, command))], [], Now);
        if (ran.End == RunEnd.Done) await Engine.Payments.Settle(Scope, ran.Customer, Now);
        return ran;
    }

    /// <summary>As committed, from memory.</summary>
    public async Task<Customer?> Standing(string id) => await Engine.Customers.FindCommitted(Scope, id, Now);

    /// <summary>Lets go what is too old.</summary>
    public Task Retire() => _retention.Retire(Now, CancellationToken.None);

    /// <summary>What "verify" would find, and how many journals begin at a checkpoint.</summary>
    public async Task<(IReadOnlyList<string> Faults, int Shortened)> Verify()
    {
        var (faults, shortened) = (new List<string>(), 0);
        foreach (var (scope, key) in await _sqlite.CustomersAfter(default, default, 1_000))
        {
            if (await _sqlite.ReadFile(scope, key) is not { } file) continue;
            faults.AddRange((await CustomerAudit.Check(_sqlite, file, Engine.Scopes.Find(scope)!.ResolveTerms)).Select(fault => $"{key}: {fault}"));
            if (file.Checkpoint is not null) shortened++;
        }

        return (faults, shortened);
    }

    /// <summary>Everything accepted is settled, then it ends; a killed one has nothing that could be.</summary>
    public async ValueTask DisposeAsync()
    {
        await _parts.GetRequiredService<Committer>().StopAsync();
        await _parts.DisposeAsync();
        await _sqlite.DisposeAsync();
    }

    private sealed class Broke : ILoggerProvider, ILogger
    {
        public Exception? Last { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Last = exception is null or IOException or HttpRequestException ? Last : exception;

        public void Dispose()
        {
        }
    }
}

/// <summary>An answer.</summary>
internal readonly record struct Reply(int Status, JsonElement Body)
{
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    /// <summary>A business no.</summary>
    public bool IsRefused => Status is >= 400 and < 500;

    public override string ToString() => $"{Status} {Body}";
}
