using Sluice.Core;
using Sluice.Server.Operators;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>Commands for the operator. They work on the database, also while a server runs on it, which heeds them within a second.</summary>
internal static class Errands
{
    public static async Task<int> Run(Settings settings, Errand errand, TextWriter output, TimeProvider time)
    {
        switch (errand)
        {
            case Errand.Backup(var file):
                await Backups.Make(settings, file, output);
                return 0;
            case Errand.Restore(var file):
                await Backups.Restore(settings, file, output);
                return 0;
            case Errand.CheckSchema:
                return await CheckSchema(settings, output);
        }

        await using var store = await Database.OpenBeside(settings);
        var now = Instant.Of(time.GetUtcNow());
        switch (errand)
        {
            case Errand.NewKey asked:
                await output.WriteLineAsync(await Make(store, settings, asked, now));
                break;
            case Errand.ListKeys:
                await List(store, output, now);
                break;
            case Errand.RevokeKey(var id):
                await store.EndKey((await Find(store, id)).Hash, now);
                await output.WriteLineAsync($"Key {id} has ended.");
                break;
            case Errand.RotateKey(var id, var grace):
                await output.WriteLineAsync(await Rotate(store, await Find(store, id), grace, now));
                break;
            case Errand.OperatorLink(var name):
                await output.WriteLineAsync(SetupLink(
                    settings.PublicUrl?.AbsoluteUri ?? new UriBuilder("http", settings.Host, settings.Port).ToString(), await new OperatorAccounts(store, new Passwords()).NewLink(name, now)));
                break;
            case Errand.Verify(var after):
                return await Verifying.Run(store, store, after, output);
            default:
                throw new InvariantViolation($"unknown errand {errand.GetType().Name}");
        }

        return 0;
    }

    public static string SetupLink(string url, string token) => $"{url.TrimEnd('/')}/setup?token={token}";

    /// <summary>A key's id in lists: the beginning of its hash.</summary>
    public static string IdOf(KeyRow key) => Convert.ToHexStringLower(key.Hash.AsSpan(0, 6));

    private static async Task<int> CheckSchema(Settings settings, TextWriter output)
    {
        await using var store = Database.NotMigrated(settings);
        var pending = await store.PendingMigrations();
        await output.WriteLineAsync(pending.Count == 0 ? "The database is of this version." : $"A start would apply: {string.Join(", ", pending)}.");
        return pending.Count == 0 ? 0 : 1;
    }

    private static async Task<string> Make(SqlStore store, Settings settings, Errand.NewKey asked, Instant now)
    {
        var scopes = new ScopeDirectory(store, new Payments.Providers(settings).PolicyOf);
        await scopes.Load(now);
        var end = asked.Days is { } days ? now.Plus(TimeSpan.FromDays(days)) : (Instant?)null;
        return await Add(store, asked.Kind, asked.Environment, scopes.Environment(asked.Environment).Id, now, asked.Name, KeyScopes.Parse(asked.Scopes).Scopes?.ToString(), end);
    }

    private static async Task<string> Rotate(SqlStore store, KeyRow old, TimeSpan grace, Instant now)
    {
        var environment = (await store.Scopes()).Single(scope => scope.Id == old.Scope).Environment;
        var fresh = await Add(store, old.Kind, environment, old.Scope, now, old.Name, old.Scopes, endsAt: null);
        await store.EndKey(old.Hash, now.Plus(grace));
        return fresh;
    }

    private static async Task<string> Add(SqlStore store, KeyKind kind, string environment, ScopeId scope, Instant now, string? name, string? keyScopes, Instant? endsAt)
    {
        var key = ApiKeys.Make(kind, environment);
        await store.AddKey(new KeyRow(ApiKeys.Hash(key), scope, kind, key[..ApiKeys.ShownCharacters], now, name, keyScopes, endsAt));
        return key;
    }

    private static async Task<KeyRow> Find(SqlStore store, string id) => (await store.Keys()).Where(key => id.Length >= 6 && IdOf(key).StartsWith(id, StringComparison.OrdinalIgnoreCase)).ToList() is [var one]
        ? one
        : throw new UsageException($"There is no key {id}: \"keys list\" shows their ids.");

    private static async Task List(SqlStore store, TextWriter output, Instant now)
    {
        var scopes = (await store.Scopes()).ToDictionary(static scope => scope.Id);
        foreach (var key in await store.Keys())
        {
            if (!scopes.TryGetValue(key.Scope, out var scope)) continue;
            var end = key.EndsAt is not { } at ? "" : at <= now ? $"  ended {at}" : $"  ends {at}";
            await output.WriteLineAsync($"{IdOf(key)}  {key.Prefix}…  {scope.Look?.Label ?? scope.Environment}  {key.Name ?? "-"}  {key.Scopes ?? "everything"}  made {key.CreatedAt}{end}");
        }
    }
}
