using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Server.Tests.Crash;

/// <summary>One client: sends one request after the other, as chance says, until the server is gone.</summary>
/// <param name="expiring">The account on which holds are left to end by themselves.</param>
internal sealed class Caller(string name, Random random, IReadOnlyList<string> accounts, string expiring)
{
    // Long enough that a slow machine still takes the hold, short enough to end within the test.
    private static readonly TimeSpan ShortHold = TimeSpan.FromSeconds(10);

    private readonly List<string> _own = [];
    private readonly List<Effect.Held> _holds = [];
    private int _count;

    public async Task Run(ApiClient api, Ledger ledger)
    {
        while (true)
        {
            var operation = Next();
            try
            {
                var reply = await operation.Send(api);
                if (reply is { Status: 503, Code: "service_unavailable" })
                {
                    // The database is gone: as good as no answer.
                    ledger.NotAnswered(operation);
                    return;
                }

                if (reply.Status is not (200 or 202)) throw new InvalidOperationException($"{operation.Path} was answered {reply}");
                ledger.Answered(operation);
            }
            catch (Exception gone) when (gone is HttpRequestException or IOException or OperationCanceledException)
            {
                ledger.NotAnswered(operation);
                return;
            }
            catch (Exception failure)
            {
                ledger.Broke(failure);
                return;
            }
        }
    }

    private Operation Next()
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"{name}-{++_count}");
        var account = accounts[random.Next(accounts.Count)];
        return random.Next(28) switch
        {
            < 5 => Track(tag, account, null),
            < 9 => Track(tag, account, tag),
            < 12 => Consume(tag, account),
            < 14 => Batch(tag),
            14 => AddToBalance(tag, account),
            15 => CreateBalance(tag, account),
            16 or 17 => Create(tag),
            18 when _own.Count > 0 => Attach(tag),
            19 when _own.Count > 0 => Delete(tag),
            20 or 21 or 22 => Hold(tag, account),
            23 or 24 when _holds.Count > 0 => Finalize(tag),
            25 => HoldAndLeave(tag),
            26 or 27 => CreateEntity(tag, account),
            _ => Track(tag, account, tag),
        };
    }

    // Whole numbers, halves and hundredths: sums must come out exactly.
    private decimal Amount() => random.Next(3) switch { 0 => random.Next(1, 9), 1 => random.Next(1, 9) / 2m, _ => random.Next(1, 999) / 100m };

    private Operation Track(string tag, string account, string? bodyKey)
    {
        var value = Amount();
        object body = bodyKey is null
            ? new { customer_id = account, feature_id = "messages", value, properties = new { tag } }
            : new { customer_id = account, feature_id = "messages", value, properties = new { tag }, idempotency_key = bodyKey };
        return new Operation("balances.track", body, null, bodyKey is not null, [new Effect.Moved(account, -value, tag)]);
    }

    private Operation Consume(string tag, string account)
    {
        var value = Amount();
        return new Operation(
            "balances.check",
            new { customer_id = account, feature_id = "messages", required_balance = value, send_event = true, properties = new { tag } },
            tag,
            true,
            [new Effect.Moved(account, -value, tag)]);
    }

    // One key for the whole, or one for each item.
    private Operation Batch(string tag)
    {
        var whole = random.Next(2) == 0;
        var items = Enumerable.Range(0, random.Next(1, 12)).Select(i => (Account: accounts[random.Next(accounts.Count)], Value: Amount(), Tag: string.Create(CultureInfo.InvariantCulture, $"{tag}.{i}"))).ToList();
        object body = whole
            ? items.Select(item => new { customer_id = item.Account, feature_id = "messages", value = item.Value, properties = new { tag = item.Tag } }).ToList()
            : items.Select(item => new { customer_id = item.Account, feature_id = "messages", value = item.Value, properties = new { tag = item.Tag }, idempotency_key = item.Tag }).ToList();
        return new Operation("balances.batch_track", body, whole ? tag : null, true, [.. items.Select(item => new Effect.Moved(item.Account, -item.Value, item.Tag))]);
    }

    private Operation Hold(string tag, string account)
    {
        var hold = new Effect.Held(account, tag, Amount());
        _holds.Add(hold);
        return new Operation(
            "balances.check",
            new { customer_id = account, feature_id = "messages", required_balance = hold.Value, @lock = new { enabled = true, lock_id = tag }, properties = new { tag } },
            tag,
            true,
            [hold, new Effect.Moved(account, -hold.Value, tag)]);
    }

    // As held, released, or at what was really used: less or more. The difference is a usage of its own.
    private Operation Finalize(string tag)
    {
        var at = random.Next(_holds.Count);
        var hold = _holds[at];
        _holds.RemoveAt(at);
        decimal? used = random.Next(4) == 0 ? null : Amount();
        var isReleased = used is null && random.Next(2) == 0;
        object body = isReleased ? new { lock_id = hold.Id, action = "release", properties = new { tag } }
            : used is { } value ? new { lock_id = hold.Id, action = "confirm", override_value = value, properties = new { tag } }
            : new { lock_id = hold.Id, action = "confirm" };
        var more = (isReleased ? 0m : used ?? hold.Value) - hold.Value;
        Effect settled = new Effect.Settled(hold.Customer, hold.Id);
        return new Operation("balances.finalize", body, tag, true, more == 0m ? [settled] : [settled, new Effect.Moved(hold.Customer, -more, tag)]);
    }

    // Too late to be repeated once it was cut off: the moment of its end may have passed.
    private Operation HoldAndLeave(string tag)
    {
        var (value, end) = (Amount(), TimeProvider.System.GetUtcNow() + ShortHold + TimeSpan.FromMilliseconds(random.Next(5_000)));
        return new Operation(
            "balances.check",
            new { customer_id = expiring, feature_id = "messages", required_balance = value, @lock = new { enabled = true, lock_id = tag, expires_at = end.ToUnixTimeMilliseconds() }, properties = new { tag } },
            tag,
            false,
            [new Effect.CameAndWent(expiring, tag, value)]);
    }

    private Operation AddToBalance(string tag, string account)
    {
        var value = Amount();
        return new Operation("balances.update", new { customer_id = account, feature_id = "messages", balance_id = "reserve", add_to_balance = value }, tag, true, [new Effect.Moved(account, value, null)]);
    }

    private static Operation CreateBalance(string tag, string account) => new(
        "balances.create", new { customer_id = account, feature_id = "messages", balance_id = tag, included_grant = 10 }, tag, true, [new Effect.Moved(account, 10, null)]);

    private Operation Create(string tag)
    {
        _own.Add(tag);
        return new Operation("customers.get_or_create", new { customer_id = tag, name = tag }, tag, true, [new Effect.Exists(tag)]);
    }

    private static Operation CreateEntity(string tag, string account) => new(
        "entities.create", new { customer_id = account, feature_id = CrashTests.Seats, entity_id = tag, name = tag }, tag, true, [new Effect.HasEntity(account, tag)]);

    private Operation Attach(string tag)
    {
        var customer = Take();
        return new Operation("billing.attach", new { customer_id = customer, plan_id = "pro", no_billing_changes = true }, tag, true, [new Effect.HoldsPro(customer)]);
    }

    private Operation Delete(string tag)
    {
        var customer = Take();
        return new Operation("customers.delete", new { customer_id = customer }, tag, true, [new Effect.Gone(customer)]);
    }

    private string Take()
    {
        var at = random.Next(_own.Count);
        var customer = _own[at];
        _own.RemoveAt(at);
        return customer;
    }
}
