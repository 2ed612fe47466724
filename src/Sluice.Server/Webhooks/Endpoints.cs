using System.Collections.Immutable;
using System.Security.Cryptography;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Webhooks;

/// <summary>The endpoints of a scope: made, changed, tried, and messages sent to them again.</summary>
internal sealed class Endpoints(IWebhookStore store, Outbox outbox, Settings settings, ScopeDirectory scopes)
{
    /// <summary>The id of the one that comes from the settings.</summary>
    public const string PresetId = "wh_settings";

    /// <summary>How many an environment may have.</summary>
    public const int Most = 50;

    private const int ReplayedAtOnce = 500;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    public bool AllowPrivate => settings.Webhooks.AllowPrivate;

    public IWebhookStore Store => store;

    /// <summary>At the start: heeds what the endpoints want, puts the one of the settings in place in its environment, and takes away one that the settings no longer name.</summary>
    public async Task Preset(Instant now)
    {
        foreach (var scope in scopes.All.ToList())
        {
            foreach (var one in await store.Endpoints(scope.Id)) outbox.Heed(one);
        }

        var (url, secret, environment, _) = settings.Webhooks;
        foreach (var scope in scopes.All.Where(static scope => scope.IsMain).ToList())
        {
            var there = await store.FindEndpoint(scope.Id, PresetId);
            if (url is null || scope.Environment != environment)
            {
                if (there is not null) await store.RemoveEndpoint(scope.Id, PresetId);
            }
            else if (there is null)
            {
                await store.AddEndpoint(new WebhookEndpoint(0, scope.Id, PresetId, url, "From the settings", [], Enabled: true, secret!, null, null, Preset: true, now));
            }
            else if ((there.Url, there.Secret) != (url, secret))
            {
                await store.ChangeEndpoint(scope.Id, PresetId, one => one with { Url = url, Secret = secret! });
            }
        }
    }

    public async ValueTask<WebhookEndpoint> Make(ScopeId scope, string url, ImmutableArray<string> events, string? description, Instant now)
    {
        var made = await store.AddEndpoint(
            new WebhookEndpoint(0, scope, "wh_" + RandomNumberGenerator.GetString(Alphabet, 24), url, description, events, Enabled: true, Signing.NewSecret(), null, null, Preset: false, now));
        outbox.Heed(made);
        return made;
    }

    /// <summary>Null when it is gone.</summary>
    public async ValueTask<WebhookEndpoint?> Change(WebhookEndpoint endpoint, Func<WebhookEndpoint, WebhookEndpoint> change)
    {
        var changed = await store.ChangeEndpoint(endpoint.Scope, endpoint.Id, change);
        if (changed is not null) outbox.Heed(changed);
        outbox.Ring();
        return changed;
    }

    /// <summary>A new secret; the one there signs too for a while.</summary>
    public ValueTask<WebhookEndpoint?> Rotate(WebhookEndpoint endpoint, TimeSpan overlap, Instant now) => Change(endpoint, there => overlap == TimeSpan.Zero
        ? there with { Secret = Signing.NewSecret(), OldSecret = null, OldSecretEndsAt = null }
        : there with { Secret = Signing.NewSecret(), OldSecret = there.Secret, OldSecretEndsAt = now.Plus(overlap) });

    /// <summary>Sends a message that says nothing; returns its id.</summary>
    public async ValueTask<string> Try(WebhookEndpoint endpoint, Instant now)
    {
        var message = outbox.Test(endpoint, now);
        await store.AddMessage(message, endpoint);
        outbox.Ring();
        return message.Id;
    }

    /// <summary>Sends again, in parts so that commits are not held up; returns how many.</summary>
    public async ValueTask<int> Replay(WebhookEndpoint endpoint, ReplayQuery query, Instant now)
    {
        var count = 0;
        for (long? last = 0; last is { } after;)
        {
            (var part, last) = await store.Replay(endpoint, query with { AfterNo = after }, ReplayedAtOnce, now);
            count += part;
            outbox.Ring();
        }

        return count;
    }
}
