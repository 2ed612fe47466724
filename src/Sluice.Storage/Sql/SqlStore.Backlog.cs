using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What waits. Counts read an index on what is due, so they cost as much as there is of it.</summary>
public abstract partial class SqlStore
{
    // No lease is longer.
    private protected static readonly TimeSpan Far = TimeSpan.FromHours(1);

    // With the sign no index by scope serves: SQLite would go through all customers of each.
    private protected const string Standing = "+scope in (select id from scope where ended_at is null)";

    internal const string DueFirst = $"select scope, key from customer where next_due <= @now and {Standing} order by next_due limit @limit";

    internal const string Waiting = $"""
        select
            (select count(*) from customer where next_due <= @now and {Standing}) as Customers,
            (select min(next_due) from customer where next_due <= @now and {Standing}) as CustomersSince,
            (select count(*) from payment_task) as PaymentTasks,
            (select min(due_at) from payment_task where due_at <= @now) as PaymentsSince,
            (select count(*) from webhook_lane) as WebhookLanes,
            (select count(*) from webhook_lane l join webhook_endpoint e on e.no = l.endpoint where e.enabled = 1 and l.next_at <= @now) as WebhookLanesDue,
            (select count(*) from referral where due_at <= @now) as Referrals
        """;

    public async ValueTask<Backlog> Backlog(Instant now)
    {
        await using var read = await Read();
        var row = await read.One<StoredBacklog>(Waiting, new { now = now.Milliseconds });
        return row!.ToBacklog();
    }

    public virtual ValueTask PullIn(Instant now) => InOne(async write =>
    {
        var at = new { now = now.Milliseconds, far = now.Plus(Far).Milliseconds };
        await write.Execute("update payment_task set due_at = @now where due_at > @now", at);
        await write.Execute("update referral set due_at = @now where due_at > @now", at);
        await write.Execute("update plan_migration set leased_until = 0 where leased_until > @far", at);
        await write.Execute("update webhook_lane set next_at = @now, lease = null where next_at > @now and (lease is null or lease > @far)", at);
    });

    // By members, not by constructor: a minimum over nothing has no type.
    private sealed record StoredBacklog
    {
        public required long Customers { get; init; }

        public long? CustomersSince { get; init; }

        public required long PaymentTasks { get; init; }

        public long? PaymentsSince { get; init; }

        public required long WebhookLanes { get; init; }

        public required long WebhookLanesDue { get; init; }

        public required long Referrals { get; init; }

        public Backlog ToBacklog() => new(Customers, Moment(CustomersSince), PaymentTasks, Moment(PaymentsSince), WebhookLanes, WebhookLanesDue, Referrals);
    }
}
