using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The log of deliveries.</summary>
public abstract partial class SqlStore
{
    public async ValueTask<IReadOnlyList<DeliveryListed>> Deliveries(DeliveryQuery query)
    {
        var sql = new Filters(
            """
            select d.message as No, d.endpoint, e.id as EndpointId, m.id as MessageId, m.type, m.customer_id, m.body, m.at, m.written_at, d.status, d.settled_at,
            l.next_at, l.lease,
            not exists (select 1 from webhook_delivery p where p.endpoint = d.endpoint and p.customer = d.customer and p.status = 1 and p.message < d.message) as IsNext
            from webhook_delivery d join webhook_endpoint e on e.no = d.endpoint join webhook_message m on m.no = d.message
            left join webhook_lane l on l.endpoint = d.endpoint and l.customer = d.customer
            where d.scope = @scope
            """,
            query.Scope);
        if (query.EndpointId is { } endpoint) sql.And($"e.id = {sql.Value(endpoint)}");
        if (query.Status is { } status) sql.And($"d.status = {sql.Value((int)status)}");
        if (query.CustomerId is { } customer) sql.And($"d.message in (select c.no from webhook_message c where c.scope = @scope and c.customer_id = {sql.Value(customer)})");
        if (query.After is { } after) sql.And($"(d.message, d.endpoint) < ({sql.Value(after.No)}, {sql.Value(after.Endpoint)})");
        sql.Text("order by d.message desc, d.endpoint desc");
        sql.Page(query.Limit, 0);

        return await OneMoment(async read =>
        {
            var listed = new List<DeliveryListed>();
            foreach (var row in await read.Query<StoredDelivery>(sql.ToString(), sql.Parameters))
            {
                var attempts = await read.Query<StoredAttempt>(
                    "select at, status_code, error, milliseconds from webhook_attempt where message = @No and endpoint = @Endpoint order by no", new { row.No, row.Endpoint });
                listed.Add(row.ToListed([.. attempts.Select(static one => one.ToAttempt())]));
            }

            return listed;
        });
    }

    private sealed record StoredAttempt(long At, long? StatusCode, string? Error, long Milliseconds)
    {
        public DeliveryAttempt ToAttempt() => new(new Instant(At), (int?)StatusCode, Error, checked((int)Milliseconds));
    }

    // By members, not by constructor: a column that is computed has no type while there is no row.
    private sealed record StoredDelivery
    {
        public required long No { get; init; }

        public required long Endpoint { get; init; }

        public required string EndpointId { get; init; }

        public required string MessageId { get; init; }

        public required string Type { get; init; }

        public string? CustomerId { get; init; }

        public required string Body { get; init; }

        public required long At { get; init; }

        public required long WrittenAt { get; init; }

        public required long Status { get; init; }

        public long? SettledAt { get; init; }

        public long? NextAt { get; init; }

        public long? Lease { get; init; }

        public required bool IsNext { get; init; }

        public DeliveryListed ToListed(ImmutableArray<DeliveryAttempt> attempts)
        {
            var status = (DeliveryStatus)Status;

            // What was never tried is due since 0.
            Instant? next = status == DeliveryStatus.Pending && IsNext && Lease is null && NextAt is { } at ? new Instant(Math.Max(at, WrittenAt)) : null;
            return new(No, Endpoint, EndpointId, MessageId, Type, CustomerId, Body, new Instant(At), status, Moment(SettledAt), next, attempts);
        }
    }
}
