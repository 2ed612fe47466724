using Sluice.Core;
using Sluice.Server.Operators;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>Keys for both environments, and something in the sandbox to try.</summary>
internal static class FirstStart
{
    public static async Task<Welcome> Prepare(Engine engine, Settings settings, bool demo, OperatorAccounts accounts)
    {
        var now = Instant.Of(engine.Time.GetUtcNow());
        var fresh = (await engine.Store.Keys()).Count == 0;
        var sandbox = await Key(engine, ScopeDirectory.Sandbox, settings.SandboxKey, fresh, now);
        var live = await Key(engine, ScopeDirectory.Live, settings.LiveKey, fresh, now);

        if (demo) await DemoCatalog.Load(engine, now);
        else if (fresh && settings.SandboxKey is null) await StarterCatalog.Load(engine, now);
        await engine.Webhooks.Preset(now);
        return new Welcome(fresh && settings.SandboxKey is null ? sandbox : null, fresh && settings.LiveKey is null ? live : null, demo, Fresh: fresh && settings.SandboxKey is null)
        {
            Webhook = settings.Webhooks,
            SetupToken = await accounts.IsSetUp() ? null : await accounts.NewLink(OperatorAccounts.First, now),
        };
    }

    // A preset key is put in place at every start; otherwise one is made on the first.
    private static async ValueTask<string?> Key(Engine engine, string environment, string? preset, bool fresh, Instant now)
    {
        if (preset is null && !fresh) return null;
        var key = preset ?? ApiKeys.Make(KeyKind.Secret, environment);
        await engine.Keys.Add(key, KeyKind.Secret, engine.Scopes.Environment(environment).Id, now);
        return key;
    }
}
