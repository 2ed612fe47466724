using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Counts of what waits. Each reads an index on what is due, so it costs as much as there is of it.</summary>
public abstract partial class SqlStore
{
    private const string Standing = "scope in (select id from scope where ended_at is null)";

    public async ValueTask<Backlog> Backlog(Instant now)
    {
        await using var read = await Read();
        var row = await read.One<StoredBacklog>(
            $"""
            select
                (select count(*) from customer where next_due <= @now and {Standing}) as Customers,
                (select min(next_due) from customer where next_due <= @now and {Standing}) as CustomersSince,
                (select count(*) from payment_task) as PaymentTasks,
                (select min(due_at) from payment_task where due_at <= @now) as PaymentsSince,
                (select count(*) from webhook_lane) as WebhookLanes,
                (select count(*) from webhook_lane l join webhook_endpoint e on e.no = l.endpoint where e.enabled = 1 and l.next_at <= @now) as WebhookLanesDue,
                (select count(*) from referral where due_at <= @now) as Referrals
            """,
            new { now = now.Milliseconds });
        return row!.ToBacklog();
    }

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
