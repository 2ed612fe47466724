using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Messages on their way to endpoints.</summary>
public abstract partial class SqlStore
{
    public ValueTask AddMessage(WebhookMessage message, WebhookEndpoint endpoint) => InOne(async write =>
    {
        var no = await write.Scalar<long>(
            """
            insert into webhook_message (id, scope, customer, customer_id, type, body, at, written_at)
            values (@Id, @scope, @customer, @CustomerId, @Type, @Body, @at, @written) returning no
            """,
            new
            {
                message.Id, scope = message.Scope.Value, customer = message.Customer?.Value ?? 0, message.CustomerId, message.Type, message.Body,
                at = message.At.Milliseconds, written = message.WrittenAt.Milliseconds,
            });
        await Send(no, message.Customer?.Value ?? 0, endpoint, message.WrittenAt, write);
    });

    public virtual ValueTask ForgetLeases() => Write("update webhook_lane set next_at = 0, lease = null where lease is not null", new { });

    public ValueTask<IReadOnlyList<WebhookEndpoint>> DueEndpoints(Instant now) => EndpointsWhere(
        "e.enabled = 1 and exists (select 1 from webhook_lane l where l.endpoint = e.no and l.next_at <= @now) order by e.no", new { now = now.Milliseconds });

    // Taken means not due before its end: one moment serves as both.
    public ValueTask<IReadOnlyList<LeasedMessage>> Lease(long endpoint, Instant now, Instant until, int limit) => InOne(async write =>
    {
        var lanes = await write.Query<StoredLease>(
            $"""
            with lane as (select endpoint, customer, next_at from webhook_lane where endpoint = @endpoint and next_at <= @now order by next_at, customer limit @limit {Sql.SkipLocked})
            select d.endpoint, d.customer, m.no as Message, m.id, m.body, d.attempts from lane l
            join webhook_delivery d on d.endpoint = l.endpoint and d.message =
                (select min(p.message) from webhook_delivery p where p.endpoint = l.endpoint and p.customer = l.customer and p.status = 1)
            join webhook_message m on m.no = d.message
            order by l.next_at, m.no
            """,
            new { endpoint, now = now.Milliseconds, limit });
        IReadOnlyList<LeasedMessage> leased = [.. lanes.Select(row => row.ToLeased(until))];
        await write.Execute(
            "update webhook_lane set next_at = @until, lease = @until where endpoint = @Endpoint and customer = @Customer",
            leased.Select(row => new { until = until.Milliseconds, row.Endpoint, Customer = row.Lane.Value }));
        return leased;
    });

    // In the order in which commits lock lanes, so that neither waits for the other in a circle.
    public ValueTask Settle(IReadOnlyList<AttemptEnded> ended, Instant now) => InOne(async write =>
    {
        foreach (var one in ended.OrderBy(static one => one.Leased.Endpoint).ThenBy(static one => one.Leased.Lane.Value)) await Settle(one, now, write);
    });

    public async ValueTask<(bool Exists, IReadOnlyList<WebhookEndpoint> Endpoints)> EndpointsOf(ScopeId scope, string messageId)
    {
        long? message;
        await using (var read = await Read())
            message = await read.One<long?>("select no from webhook_message where id = @messageId and scope = @scope", new { messageId, scope = scope.Value });
        return (message is not null, await EndpointsWhere("e.no in (select endpoint from webhook_delivery where message = @message) order by e.no", new { message }));
    }

    public ValueTask<Replayed> Replay(WebhookEndpoint endpoint, ReplayQuery query, int limit, Instant now) => InOne(async write =>
    {
        var sql = Messages(endpoint, query, limit);
        var messages = await write.Query<(long No, long Customer)>(sql.ToString(), sql.Parameters);
        foreach (var (no, customer) in messages) await Send(no, customer, endpoint, now, write);
        return new Replayed(messages.Count, messages.Count == 0 ? null : messages[^1].No);
    });

    public ValueTask<int> SweepMessages(Instant before, int limit) => InOne(async write =>
    {
        var messages = await write.Query<long>(
            $"""
            select m.no from webhook_message m where m.written_at < @before
            and not exists (select 1 from webhook_delivery d join webhook_endpoint e on e.no = d.endpoint where d.message = m.no and d.status = 1)
            order by m.written_at limit @limit {Sql.SkipLocked}
            """,
            new { before = before.Milliseconds, limit });
        await Drop(messages, write);
        return messages.Count;
    });

    private static async Task Drop(IReadOnlyList<long> messages, Session write)
    {
        foreach (var table in (string[])["webhook_attempt", "webhook_delivery"]) await write.Execute($"delete from {table} where message = @no", messages.Select(no => new { no }));
        await write.Execute("delete from webhook_message where no = @no", messages.Select(no => new { no }));
    }

    private static Filters Messages(WebhookEndpoint endpoint, ReplayQuery query, int limit)
    {
        var sql = new Filters("select m.no, m.customer from webhook_message m where m.scope = @scope", endpoint.Scope);
        sql.And($"m.no > {sql.Value(query.AfterNo)}");
        if (query.MessageId is { } id) sql.And($"m.id = {sql.Value(id)}");
        else sql.And(endpoint.Events.IsEmpty ? $"m.type not in ('webhook.test', '{WebhookMessage.OnlyByName}')" : $"m.type in ({string.Join(", ", endpoint.Events.Select(sql.Value))})");
        if (query.Since is { } since) sql.And($"m.at >= {sql.Value(since.Milliseconds)}");
        if (query.ParkedOnly) sql.And($"m.no in (select d.message from webhook_delivery d where d.scope = @scope and d.status = 3 and d.endpoint = {sql.Value(endpoint.No)})");
        sql.Text("order by m.no");
        sql.Page(limit, 0);
        return sql;
    }

    private async Task Send(long message, long customer, WebhookEndpoint endpoint, Instant now, Session write)
    {
        var of = new { message, endpoint = endpoint.No, scope = endpoint.Scope.Value, customer = Lane.Of(customer, message).Value, now = now.Milliseconds };
        await write.Execute(
            """
            insert into webhook_delivery (message, endpoint, scope, customer, status) values (@message, @endpoint, @scope, @customer, 1)
            on conflict (message, endpoint) do update set status = 1, attempts = 0, settled_at = null
            """,
            of);

        // A replay pulls a lane that waits for its next attempt; one that is on its way stays as it is.
        await write.Execute(
            $"""
            insert into webhook_lane (endpoint, customer, scope, next_at) values (@endpoint, @customer, @scope, @now)
            on conflict (endpoint, customer) do update
            set next_at = case when webhook_lane.lease is null then {Sql.Least}(webhook_lane.next_at, excluded.next_at) else webhook_lane.next_at end
            """,
            of);
    }

    private static async Task Settle(AttemptEnded ended, Instant now, Session write)
    {
        var (leased, attempt, status, nextAt) = ended;
        var pending = status == DeliveryStatus.Pending;
        var of = new
        {
            leased.Endpoint, Customer = leased.Lane.Value, leased.Message, lease = leased.Until.Milliseconds, next = (pending ? nextAt!.Value : now).Milliseconds,
            status = (int)status, settled = pending ? (long?)null : now.Milliseconds, at = attempt.At.Milliseconds, attempt.StatusCode, attempt.Error, attempt.Milliseconds,
        };
        if (await write.Execute("update webhook_lane set next_at = @next, lease = null where endpoint = @Endpoint and customer = @Customer and lease = @lease", of) == 0) return;
        var no = await write.One<long?>(
            """
            update webhook_delivery set status = @status, attempts = attempts + 1, tried_in_all = tried_in_all + 1, settled_at = @settled
            where message = @Message and endpoint = @Endpoint returning tried_in_all
            """,
            of);
        if (no is null) return;
        await write.Execute(
            "insert into webhook_attempt (message, endpoint, no, at, status_code, error, milliseconds) values (@Message, @Endpoint, @no, @at, @StatusCode, @Error, @Milliseconds)",
            new { of.Message, of.Endpoint, no, of.at, of.StatusCode, of.Error, of.Milliseconds });
        if (pending) return;
        await write.Execute(
            """
            delete from webhook_lane where endpoint = @Endpoint and customer = @Customer
            and not exists (select 1 from webhook_delivery d where d.endpoint = @Endpoint and d.customer = @Customer and d.status = 1)
            """,
            of);
    }

    private sealed record StoredLease(long Endpoint, long Customer, long Message, string Id, string Body, long Attempts)
    {
        public LeasedMessage ToLeased(Instant until) => new(Endpoint, new Lane(Customer), Message, Id, Body, checked((int)Attempts), until);
    }
}
