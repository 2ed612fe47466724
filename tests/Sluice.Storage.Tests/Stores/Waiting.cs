using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteWaiting() : Waiting(new SqliteHost());

public sealed class PostgresWaiting() : Waiting(new PostgresHost());

/// <summary>Counts of what has not been done yet.</summary>
public abstract class Waiting(StoreHost host) : StoreSuite(host)
{
    private IWebhookStore Webhooks => (IWebhookStore)Store;

    [Fact]
    public async Task In_an_empty_store_nothing_waits()
    {
        Joined(1);
        Assert.Equal(new Backlog(0, null, 0, null, 0, 0, 0), await Backlog(Hour(9)));
    }

    [Fact]
    public async Task Customers_wait_from_the_moment_they_are_due_unless_their_scope_has_ended()
    {
        var (a, b) = (Joined(1), Joined(2));
        Committed(a.Do(Now, Reset(Hour(2))));
        Committed(b.Do(Now, Reset(Hour(1))));
        Assert.Equal(0, (await Backlog(Hour(1).Plus(TimeSpan.FromMilliseconds(-1)))).Customers);
        Assert.Equal((1, Hour(1)), Due(await Backlog(Hour(1))));
        Assert.Equal((2, Hour(1)), Due(await Backlog(Hour(3))));
        Committed(b.Do(Hour(1), Reset(Hour(5))));
        Assert.Equal((1, Hour(2)), Due(await Backlog(Hour(3))));
        await ((ITenantStore)Store).EndScope(Scope, Now);
        Assert.Equal((0, null), Due(await Backlog(Hour(3))));
    }

    [Fact]
    public async Task Questions_to_the_payment_provider_wait_until_they_are_answered()
    {
        var a = Joined(1);
        var line = new InvoiceLine(LineKind.Charge, "Pro", "Pro", new Money(2000, Currency.Usd), new Money(2000, Currency.Usd), [], new PlanId("pro"), null, null, null, null, Quantity.One, null);
        var paid = new Invoice(new InvoiceNo(10), InvoiceStatus.Paid, InvoiceReason.Start, Now, [line], Money.Zero(Currency.Usd), null, Money.Zero(Currency.Usd));
        Committed(a.Do(Hour(1), new CustomerEvent.InvoiceIssued(paid), new CustomerEvent.RefundAsked(paid.No, 20, new Money(700, Currency.Usd))));
        Assert.Equal((1, Hour(1)), Asked(await Backlog(Hour(2))));

        // Put off, it still waits, but is not late.
        var task = Assert.Single(await ((IBillingStore)Store).PaymentTasks(Scope, a.Key));
        await ((IBillingStore)Store).PutOffPaymentTask(task, Hour(4));
        Assert.Equal((1, null), Asked(await Backlog(Hour(2))));
        await ((IBillingStore)Store).DropPaymentTask(task);
        Assert.Equal((0, null), Asked(await Backlog(Hour(9))));
    }

    [Fact]
    public async Task Webhooks_wait_by_customer_and_endpoint()
    {
        var on = await Webhooks.AddEndpoint(Endpoint("on"));
        var off = await Webhooks.AddEndpoint(Endpoint("off"));
        Commit(new TestUnit { Messages = [Message("a", 1), Message("b", 1), Message("c", 2)] });
        Assert.Equal((4, 4), Lanes(await Backlog(Now)));
        await Webhooks.ChangeEndpoint(Scope, off.Id, static endpoint => endpoint with { Enabled = false });
        Assert.Equal((4, 2), Lanes(await Backlog(Now)));

        // On its way: nobody else has to do anything.
        var leased = await Webhooks.Lease(on.No, Now, Hour(1), 1);
        Assert.Equal((4, 1), Lanes(await Backlog(Now)));
        await Webhooks.Settle([.. leased.Select(static one => new AttemptEnded(one, new DeliveryAttempt(Now, 503, null, 7), DeliveryStatus.Parked, null))], Now);
        await Webhooks.RemoveEndpoint(Scope, off.Id);
        Assert.Equal((2, 2), Lanes(await Backlog(Now)));
    }

    [Fact]
    public async Task Rewards_wait_when_they_are_earned()
    {
        var (a, b, c) = (Joined(1), Joined(2), Joined(3));
        Committed(b.Do(Now, Brought(a, earned: false)), c.Do(Hour(1), Brought(a, earned: true)));
        Assert.Equal(1, (await Backlog(Hour(1))).Referrals);
        var earned = Assert.Single(await ((IRewardStore)Store).LeaseEarnedReferrals(Hour(1), Hour(2), 10));
        Assert.Equal((0, 1), ((await Backlog(Hour(1))).Referrals, (await Backlog(Hour(2))).Referrals));
        await ((IRewardStore)Store).EndReferral(earned, rewarded: true);
        Assert.Equal(0, (await Backlog(Hour(9))).Referrals);
    }

    [Fact]
    public async Task What_waits_by_a_clock_that_was_ahead_is_pulled_in_and_what_is_on_its_way_is_left_alone()
    {
        var (a, b) = (Joined(1), Joined(2));
        var endpoint = await Webhooks.AddEndpoint(Endpoint("on"));
        Commit(new TestUnit { Messages = [Message("a", 1), Message("b", 2), Message("c", 3)] });
        Assert.Single(await Webhooks.Lease(endpoint.No, Now, Now.Plus(TimeSpan.FromMinutes(1)), 1));
        var ahead = await Webhooks.Lease(endpoint.No, Hour(50), Hour(51), 2);
        await Webhooks.Settle([new AttemptEnded(ahead[0], new DeliveryAttempt(Hour(50), 503, null, 7), DeliveryStatus.Pending, Hour(60))], Hour(50));
        Committed(b.Do(Hour(1), Brought(a, earned: true)));
        var referral = Assert.Single(await ((IRewardStore)Store).LeaseEarnedReferrals(Hour(50), Hour(51), 10));
        await ((IRewardStore)Store).PutOffReferral(referral, Hour(60));
        Assert.Equal((3, 0, 0), (await Backlog(Now)) is var before ? (before.WebhookLanes, before.WebhookLanesDue, before.Referrals) : default);
        await ((IBacklogStore)Store).PullIn(Now);
        Assert.Equal((3, 2, 1), (await Backlog(Now)) is var after ? (after.WebhookLanes, after.WebhookLanesDue, after.Referrals) : default);
    }

    private ValueTask<Backlog> Backlog(Instant now) => ((IBacklogStore)Store).Backlog(now);

    private static (long, Instant?) Due(Backlog backlog) => (backlog.Customers, backlog.CustomersSince);

    private static (long, Instant?) Asked(Backlog backlog) => (backlog.PaymentTasks, backlog.PaymentsSince);

    private static (long, long) Lanes(Backlog backlog) => (backlog.WebhookLanes, backlog.WebhookLanesDue);

    private static CustomerEvent Reset(Instant next) => new CustomerEvent.GrantReset(new GrantNo(2), Quantity.One, next);

    private static CustomerEvent Brought(Actor referrer, bool earned) => new CustomerEvent.Referred(new Referral("friends", referrer.Key, [], CountsTrials: false, earned));

    private static WebhookEndpoint Endpoint(string id) => new(0, Scope, id, "https://example.com", null, [], Enabled: true, "whsec_AA==", null, null, Preset: false, Now);

    private static WebhookMessage Message(string id, long customer) => new(id, Scope, new CustomerKey(customer), $"c{customer}", "balances.limit_reached", "{}", Now, Now);

    private static Instant Hour(int hours) => Now.Plus(TimeSpan.FromHours(hours));
}
