using System.Collections.Frozen;
using System.Globalization;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Webhooks;

/// <summary>webhooks.deliveries and replay: what became of messages, and sending them again.</summary>
internal static class DeliveryCalls
{
    public static readonly FrozenDictionary<string, DeliveryStatus> Statuses = new Dictionary<string, DeliveryStatus>
    {
        ["pending"] = DeliveryStatus.Pending,
        ["delivered"] = DeliveryStatus.Delivered,
        ["parked"] = DeliveryStatus.Parked,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, DeliveryStatus> Replayable = Statuses.Where(static pair => pair.Value == DeliveryStatus.Parked).ToFrozenDictionary();

    /// <summary>Paged by cursor in every version: no older caller knows it.</summary>
    public static async ValueTask<Answer> List(Call call)
    {
        var body = Body.Of(call.Json);
        var (webhook, status, customer) = (body.Text("webhook_id"), body.Choice("status", Statuses), body.Text("customer_id"));
        var page = PageAsked.Read(body, ApiVersion.Newest, offsetDefault: 0, out var refusal);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (refusal is not null) return call.Refuse(refusal);
        var after = page.After is { } last ? Row(last.Id) : null;
        if (page.After is not null && after is null) return call.Refuse(RefusalCode.InvalidCursor, "start_cursor: not a cursor of this list. Send the next_cursor of the page before, or \"\" for the first page.");

        var listed = await call.Engine.Webhooks.Store.Deliveries(new DeliveryQuery(call.Scope.Id, page.Limit + 1, webhook, status, customer, after));
        var rows = listed.Take(page.Limit).ToList();
        var next = listed.Count > page.Limit ? PageAsked.Encode(rows[^1].At, string.Create(CultureInfo.InvariantCulture, $"{rows[^1].No}-{rows[^1].Endpoint}")) : null;
        return Answer.Ok(new CursorPage<DeliveryBody>([.. rows.Select(DeliveryBody.Of)], next), ApiJson.Default.CursorPageDeliveryBody);
    }

    public static async ValueTask<Answer> Replay(Call call)
    {
        var body = Body.Of(call.Json);
        var (message, webhook, since, status) = (body.Text("message_id", minLength: 1), body.Text("webhook_id", minLength: 1), body.Moment("since"), body.Choice("status", Replayable));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var asksMany = since is not null || status is not null;
        if (message is not null == asksMany || (asksMany && webhook is null))
            return call.Refuse(RefusalCode.InvalidRequest, "Say a message_id (and a webhook_id, if it is to go to that one only), or a webhook_id with since, status \"parked\" or both.");

        var only = webhook is null ? null : await call.Engine.Webhooks.Store.FindEndpoint(call.Scope.Id, webhook);
        if (webhook is not null && only is null) return WebhookCalls.NoSuch(call, webhook);
        if (message is null) return await Replayed(call, [only!], new ReplayQuery(Since: since, ParkedOnly: status is not null));
        var (exists, endpoints) = await call.Engine.Webhooks.Store.EndpointsOf(call.Scope.Id, message);
        if (!exists) return call.Refuse(RefusalCode.NotFound, $"There is no message {message}: it was never written in this environment, or it is older than what is kept.");
        return await Replayed(call, only is null ? endpoints : [only], new ReplayQuery(message));
    }

    private static async ValueTask<Answer> Replayed(Call call, IReadOnlyList<WebhookEndpoint> endpoints, ReplayQuery query)
    {
        if (endpoints.FirstOrDefault(static one => !one.Enabled) is { } disabled)
            return call.Refuse(RefusalCode.InvalidRequest, $"Webhook {disabled.Id} is disabled: enable it with webhooks.update first.");
        var count = 0;
        foreach (var endpoint in endpoints) count += await call.Engine.Webhooks.Replay(endpoint, query, call.Now);
        return Answer.Ok(new ReplayedBody(count), ApiJson.Default.ReplayedBody);
    }

    private static (long No, long Endpoint)? Row(string id) => id.Split('-') is [var no, var endpoint]
        && long.TryParse(no, NumberStyles.None, CultureInfo.InvariantCulture, out var message) && long.TryParse(endpoint, NumberStyles.None, CultureInfo.InvariantCulture, out var to) ? (message, to) : null;
}
