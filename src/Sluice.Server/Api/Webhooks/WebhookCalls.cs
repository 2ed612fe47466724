using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server.Api.Webhooks;

/// <summary>webhooks.create, list, get, update, delete, rotate_secret and test: where messages go.</summary>
internal static class WebhookCalls
{
    private const int OverlapDefault = 24;
    private const int OverlapMost = 24 * 7;
    private const int DescriptionMost = 500;

    public static async ValueTask<Answer> Create(Call call)
    {
        var body = Body.Of(call.Json);
        var url = body.RequiredText("url");
        var (events, description) = (EventsOf(body), DescriptionOf(body));
        Judge(call, body, url);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if ((await call.Engine.Webhooks.Store.Endpoints(call.Scope.Id)).Count >= Endpoints.Most)
            return call.Refuse(RefusalCode.InvalidRequest, $"This environment has {Endpoints.Most} webhooks already: delete one first.");
        return Shown(await call.Engine.Webhooks.Make(call.Scope.Id, url, events ?? [], description, call.Now), withSecret: true);
    }

    public static async ValueTask<Answer> List(Call call) => Answer.Ok(
        new ListBody<WebhookBody>([.. (await call.Engine.Webhooks.Store.Endpoints(call.Scope.Id)).Select(static one => WebhookBody.Of(one, withSecret: false))]),
        ApiJson.Default.ListBodyWebhookBody);

    /// <summary>With its secret for keys that could make a new one; whoever may only read could forge messages with it.</summary>
    public static ValueTask<Answer> Get(Call call)
    {
        var body = Body.Of(call.Json);
        return With(call, body, one => new(Shown(one, withSecret: call.Allows("apiKeys:write"))));
    }

    public static ValueTask<Answer> Update(Call call)
    {
        var body = Body.Of(call.Json);
        var url = body.Text("url");
        var (events, description, enabled) = (EventsOf(body), DescriptionOf(body), body.Flag("enabled"));
        if (url is not null) Judge(call, body, url);
        return WithOwn(call, body, async one => await call.Engine.Webhooks.Change(one, there => there with
        {
            Url = url ?? there.Url, Events = events ?? there.Events, Description = body.IsSent("description") ? description : there.Description, Enabled = enabled ?? there.Enabled,
        }) is { } changed ? Shown(changed, withSecret: false) : NoSuch(call, one.Id));
    }

    public static ValueTask<Answer> Delete(Call call)
    {
        var body = Body.Of(call.Json);
        return WithOwn(call, body, async one => await call.Engine.Webhooks.Store.RemoveEndpoint(call.Scope.Id, one.Id) ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : NoSuch(call, one.Id));
    }

    public static ValueTask<Answer> RotateSecret(Call call)
    {
        var body = Body.Of(call.Json);
        var overlap = TimeSpan.FromHours(body.WholeNumber("overlap_hours", min: 0, max: OverlapMost) ?? OverlapDefault);
        return WithOwn(call, body, async one => await call.Engine.Webhooks.Rotate(one, overlap, call.Now) is { } rotated ? Shown(rotated, withSecret: true) : NoSuch(call, one.Id));
    }

    public static ValueTask<Answer> Test(Call call)
    {
        var body = Body.Of(call.Json);
        return With(call, body, async one => one.Enabled
            ? Answer.Ok(new SentBody(await call.Engine.Webhooks.Try(one, call.Now)), ApiJson.Default.SentBody)
            : call.Refuse(RefusalCode.InvalidRequest, $"Webhook {one.Id} is disabled: enable it with webhooks.update first."));
    }

    public static Answer NoSuch(Call call, string id) => call.Refuse(RefusalCode.NotFound, $"There is no webhook {id} in this environment: webhooks.list shows those there are.");

    private static async ValueTask<Answer> With(Call call, Body body, Func<WebhookEndpoint, ValueTask<Answer>> then)
    {
        var id = body.RequiredText("webhook_id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.Engine.Webhooks.Store.FindEndpoint(call.Scope.Id, id) is { } one ? await then(one) : NoSuch(call, id);
    }

    private static ValueTask<Answer> WithOwn(Call call, Body body, Func<WebhookEndpoint, ValueTask<Answer>> then) => With(call, body, one => one.Preset
        ? new(call.Refuse(RefusalCode.InvalidRequest, $"Webhook {one.Id} comes from the settings: change SLUICE_WEBHOOK_URL and SLUICE_WEBHOOK_SECRET, and start Sluice again."))
        : then(one));

    private static Answer Shown(WebhookEndpoint endpoint, bool withSecret) => Answer.Ok(WebhookBody.Of(endpoint, withSecret), ApiJson.Default.WebhookBody);

    private static void Judge(Call call, Body body, string url)
    {
        if (url.Length > 0 && Addresses.Fault(url, call.Engine.Webhooks.AllowPrivate) is { } fault) body.Fault("url", fault);
    }

    private static string? DescriptionOf(Body body)
    {
        var description = body.Text("description", nullable: true);
        if (description?.Length > DescriptionMost) body.Fault("description", $"expected at most {DescriptionMost} characters");
        return description;
    }

    private static ImmutableArray<string>? EventsOf(Body body)
    {
        if (body.Texts("events") is not { } events) return null;
        if (events.FirstOrDefault(static one => !Told.Types.Contains(one)) is { } unknown) body.Fault("events", $"\"{unknown}\" is none of {string.Join(", ", Told.Types)}");
        return [.. events.Distinct()];
    }
}
