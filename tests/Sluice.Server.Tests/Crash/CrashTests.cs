using System.Diagnostics;
using System.Globalization;
using Sluice.Core;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Crash;

/// <summary>
/// The server is killed in the middle of its work and started again on what it left. Whatever it answered is there,
/// whatever it did not answer is there whole or not at all, and a repeat makes it certain.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Callers = 6;
    private const int Accounts = 4;
    private const decimal Start = 1_000_100;
    private const string Expiring = "expiring";
    internal const string Seats = "teams";

    [Fact]
    public async Task Killed_at_any_moment_it_has_all_it_acknowledged_and_nothing_twice()
    {
        var (seed, rounds) = (Seed.Next(), Seed.Long ? 300 : 12);
        output.WriteLine($"SLUICE_SEED={seed}");
        var random = new Random(seed);
        using var directory = new TempDirectory();
        var data = directory["data"];
        var served = new Dictionary<string, decimal>();
        var (acknowledged, repeated, took) = (0, 0, Stopwatch.StartNew());
        var (left, cutOff) = (new List<Operation>(), new List<Operation>());
        var server = await ServerProcess.Start(data);
        try
        {
            using (var api = server.Client())
            {
                (await api.Post("features.create", new { feature_id = Seats, name = "Teams", type = "metered", consumable = false })).MustBe(200);
                await Open(api, Expiring);
            }

            for (var round = 0; round < rounds; round++)
            {
                var accounts = await OpenAccounts(server, round);
                var ledger = await Load(server, round, random, accounts);
                await server.DisposeAsync();

                server = await ServerProcess.Start(data);
                using var api = server.Client();
                await Repeat(api, ledger);
                var comparison = new Comparison(api);
                var carriedOut = ledger.Acknowledged.Concat(ledger.Unanswered.Where(operation => operation.Repeatable)).ToList();
                foreach (var account in accounts) await comparison.Account(account, Start, carriedOut, ledger.Unanswered.Where(operation => !operation.Repeatable));
                foreach (var account in accounts) await comparison.Holds(account, carriedOut);
                foreach (var account in accounts) await comparison.Entities(account, carriedOut);
                await comparison.Customers(carriedOut);
                foreach (var (account, remaining) in comparison.Served) served[account] = remaining;
                (acknowledged, repeated) = (acknowledged + ledger.Acknowledged.Count, repeated + ledger.Unanswered.Count);
                left.AddRange(ledger.Acknowledged);
                cutOff.AddRange(ledger.Unanswered);
            }

            using (var api = server.Client())
            {
                var last = new Comparison(api);
                await last.Left(Expiring, Start, left, cutOff);
                served[Expiring] = last.Served[Expiring];
            }

            await server.Kill();
            await JournalAgrees(data, served);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Fails with SLUICE_SEED={seed}: {failure.Message}{Environment.NewLine}{server.Output}", failure);
        }
        finally
        {
            await server.DisposeAsync();
        }

        output.WriteLine($"{rounds} rounds, {acknowledged} acknowledged, {repeated} cut off, {took.Elapsed.TotalSeconds:0.0} s");
        Assert.True(repeated > rounds, "the server must die under load");
    }

    private static async Task<IReadOnlyList<string>> OpenAccounts(ServerProcess server, int round)
    {
        using var api = server.Client();
        var accounts = Enumerable.Range(0, Accounts).Select(i => string.Create(CultureInfo.InvariantCulture, $"account-{round}-{i}")).ToList();
        foreach (var account in accounts) await Open(api, account);
        return accounts;
    }

    internal static async Task Open(ApiClient api, string account)
    {
        await api.Create(account);
        (await api.Post("balances.create", new { customer_id = account, feature_id = "messages", balance_id = "reserve", included_grant = 2 * Start })).MustBe(200);

        (await api.Post("balances.create", new { customer_id = account, feature_id = Seats, balance_id = Seats, included_grant = Comparison.Seats })).MustBe(200);

        // Below its grant, which what is given back never exceeds.
        (await api.Post("balances.update", new { customer_id = account, feature_id = "messages", balance_id = "reserve", remaining = Start - 100 })).MustBe(200);
    }

    private static async Task<Ledger> Load(ServerProcess server, int round, Random random, IReadOnlyList<string> accounts)
    {
        var ledger = new Ledger(killAfter: random.Next(1, Seed.Long ? 3_000 : 400));
        using var api = server.Client();
        var callers = Enumerable.Range(0, Callers)
            .Select(i => new Caller(string.Create(CultureInfo.InvariantCulture, $"r{round}c{i}"), new Random(random.Next()), accounts, Expiring).Run(api, ledger))
            .ToList();
        await ledger.Enough.InTime("enough answers to kill the server after");
        await server.Kill();
        await Task.WhenAll(callers).InTime("the callers' end");
        return ledger;
    }

    private static async Task Repeat(ApiClient api, Ledger ledger)
    {
        foreach (var operation in ledger.Unanswered.Where(operation => operation.Repeatable))
        {
            var reply = await operation.Send(api);
            Assert.True(reply.Status is 200 or 202 or 409, $"{operation.Path} repeated was answered {reply}");
            if (reply.Status == 409) Assert.Equal("duplicate_idempotency_key", reply.Code);
        }
    }

    private static async Task JournalAgrees(string data, Dictionary<string, decimal> served)
    {
        var customers = await JournalOnDisk.Replay(data);
        foreach (var (account, remaining) in served)
        {
            Assert.True(customers[account].Holds.IsEmpty);
            Assert.Equal(remaining, customers[account].Grants.Where(grant => grant.Feature == new FeatureId("messages")).Sum(grant => grant.Balance.Value));
        }
    }
}
