using System.Security.Cryptography;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tenants;

/// <summary>Further sandboxes beside the main one: made, emptied and removed while others are served.</summary>
internal sealed class Sandboxes(ITenantStore store, ScopeDirectory scopes, ApiKeys keys, Committer committer)
{
    public IEnumerable<Scope> Further => scopes.All.Where(static scope => !scope.IsMain).OrderBy(static scope => scope.CreatedAt);

    public Scope? Find(string id) => Further.FirstOrDefault(scope => scope.Name == id);

    /// <summary>An empty sandbox and a secret key for it.</summary>
    public async ValueTask<(Scope Scope, string Key)> Make(string tenant, SandboxLook look, Instant now)
    {
        var row = await store.AddSandbox(tenant, "sb_" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 20), look, now);
        var scope = scopes.Add(row);
        var key = ApiKeys.Make(KeyKind.Secret, ScopeDirectory.Sandbox);
        await keys.Add(key, KeyKind.Secret, row.Id, now, look.Label, null, null);
        return (scope, key);
    }

    /// <summary>Its keys end at once; its rows are erased by and by.</summary>
    public ValueTask Remove(Scope scope, Instant now) => End(scope, () => store.EndScope(scope.Id, now));

    /// <summary>Empty as on its first day, with the same keys.</summary>
    public ValueTask Reset(Scope scope, Instant now) => End(scope, async () => scopes.Add(await store.ReplaceScope(scope.Id, now) ?? throw new ScopeEndedException()));

    // Nobody is deciding, nothing is on its way to the store; who comes meanwhile starts over with the scope that is then there.
    private async ValueTask End(Scope scope, Func<ValueTask> end)
    {
        await scope.Close();
        var ended = false;
        try
        {
            await committer.Drain();
            await end();
            ended = true;
        }
        finally
        {
            if (ended) scope.End();
            else scope.Reopen();
        }

        scopes.Remove(scope.Id);
        keys.Forget();
    }
}
