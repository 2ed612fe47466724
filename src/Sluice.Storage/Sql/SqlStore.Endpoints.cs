using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Where messages go.</summary>
public abstract partial class SqlStore
{
    private const string EndpointColumns = "e.no, e.scope, e.id, e.url, e.description, e.events, e.enabled, e.secret, e.old_secret, e.old_secret_ends_at, e.preset, e.created_at";
    private const string EndpointMembers = "id, url, description, events, enabled, secret, old_secret, old_secret_ends_at, preset, created_at";

    public ValueTask<WebhookEndpoint> AddEndpoint(WebhookEndpoint endpoint) => InOne(async write => endpoint with
    {
        No = await write.Scalar<long>(
            """
            insert into webhook_endpoint (scope, id, url, description, events, enabled, secret, old_secret, old_secret_ends_at, preset, created_at)
            values (@Scope, @Id, @Url, @Description, @Events, @Enabled, @Secret, @OldSecret, @OldSecretEndsAt, @Preset, @CreatedAt) returning no
            """,
            StoredEndpoint.Of(endpoint)),
    });

    public ValueTask<IReadOnlyList<WebhookEndpoint>> Endpoints(ScopeId scope) => EndpointsWhere("e.scope = @scope order by e.no", new { scope = scope.Value });

    public async ValueTask<WebhookEndpoint?> FindEndpoint(ScopeId scope, string id) =>
        (await EndpointsWhere("e.scope = @scope and e.id = @id", new { scope = scope.Value, id })).SingleOrDefault();

    public ValueTask<WebhookEndpoint?> ChangeEndpoint(ScopeId scope, string id, Func<WebhookEndpoint, WebhookEndpoint> change) => InOne(async write =>
    {
        var there = await write.One<StoredEndpoint>(
            $"select {EndpointColumns} from webhook_endpoint e where e.scope = @scope and e.id = @id {Sql.ForUpdate}", new { scope = scope.Value, id });
        if (there is null) return null;
        var changed = change(there.ToEndpoint());
        await write.Execute(
            """
            update webhook_endpoint set url = @Url, description = @Description, events = @Events, enabled = @Enabled, secret = @Secret,
            old_secret = @OldSecret, old_secret_ends_at = @OldSecretEndsAt where no = @No
            """,
            StoredEndpoint.Of(changed));
        await write.Execute("update webhook_lane set next_at = 0 where endpoint = @No and lease is null", new { changed.No });
        return (WebhookEndpoint?)changed;
    });

    public ValueTask<bool> RemoveEndpoint(ScopeId scope, string id) => InOne(async write =>
    {
        if (await write.One<long?>("delete from webhook_endpoint where scope = @scope and id = @id returning no", new { scope = scope.Value, id }) is not { } no) return false;

        // Its deliveries are seen no more and go with their messages: there may be too many to hold up commits for.
        await write.Execute("delete from webhook_lane where endpoint = @no", new { no });
        return true;
    });

    // Nothing is sent for the scope from here on; the messages are erased later.
    private static async Task DropEndpoints(ScopeId scope, Session write)
    {
        await write.Execute("delete from webhook_lane where endpoint in (select no from webhook_endpoint where scope = @scope)", new { scope = scope.Value });
        await write.Execute("delete from webhook_endpoint where scope = @scope", new { scope = scope.Value });
    }

    private async ValueTask<IReadOnlyList<WebhookEndpoint>> EndpointsWhere(string where, object values)
    {
        await using var read = await Read();
        return [.. (await read.Query<StoredEndpoint>($"select {EndpointColumns} from webhook_endpoint e where {where}", values)).Select(static row => row.ToEndpoint())];
    }

    private sealed record StoredEndpoint(
        long No, long Scope, string Id, string Url, string? Description, string Events, long Enabled, string Secret, string? OldSecret, long? OldSecretEndsAt, long Preset, long CreatedAt)
    {
        public static StoredEndpoint Of(WebhookEndpoint endpoint) => new(
            endpoint.No, endpoint.Scope.Value, endpoint.Id, endpoint.Url, endpoint.Description, string.Join(' ', endpoint.Events), endpoint.Enabled ? 1 : 0,
            endpoint.Secret, endpoint.OldSecret, endpoint.OldSecretEndsAt?.Milliseconds, endpoint.Preset ? 1 : 0, endpoint.CreatedAt.Milliseconds);

        public WebhookEndpoint ToEndpoint() => new(
            No, new ScopeId(checked((int)Scope)), Id, Url, Description, [.. Events.Split(' ', StringSplitOptions.RemoveEmptyEntries)], Enabled == 1,
            Secret, OldSecret, Moment(OldSecretEndsAt), Preset == 1, new Instant(CreatedAt));
    }
}
