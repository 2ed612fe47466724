using Sluice.Core;
using Sluice.Server.Operators;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary><c>operator link</c>: a way in for who lost the first link, or the password. Works beside a running server.</summary>
internal static class OperatorCommand
{
    public static async Task<int> Run(Settings settings, string name, TimeProvider time)
    {
        await using var store = await KeysCommand.OpenStore(settings);
        var link = await new OperatorAccounts(store, new Passwords()).NewLink(name, Instant.Of(time.GetUtcNow()));
        Console.WriteLine(Link(settings.PublicUrl?.AbsoluteUri ?? new UriBuilder("http", settings.Host, settings.Port).ToString(), link));
        return 0;
    }

    public static string Link(string url, string token) => $"{url.TrimEnd('/')}/setup?token={token}";
}
