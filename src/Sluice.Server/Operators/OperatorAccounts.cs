using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Operators;

/// <summary>Accounts of those who run this Sluice: set up by a link that works once, used to consent to what asks for keys.</summary>
internal sealed class OperatorAccounts(IOperatorStore store, Passwords passwords)
{
    public static readonly TimeSpan LinkLasts = TimeSpan.FromHours(24);
    public static readonly TimeSpan SessionLasts = TimeSpan.FromHours(12);

    /// <summary>The name of the first account, and of the one a link is made for when none is named.</summary>
    public const string First = "operator";

    public async ValueTask<bool> IsSetUp() => (await store.Operators()).Count > 0;

    /// <summary>A new link's token; older links for the same account end.</summary>
    public async ValueTask<string> NewLink(string name, Instant now)
    {
        await store.DropSecrets(SecretKind.SetupLink, name);
        return await store.Issue(SecretKind.SetupLink, name, now, LinkLasts);
    }

    /// <summary>The account a link is for; null when it was used or has ended.</summary>
    public async ValueTask<string?> Linked(string token, Instant now) =>
        await store.FindSecret(SecretKind.SetupLink, Secrets.Hash(token), now) is { SpentAt: null } link ? link.Body : null;

    /// <summary>Uses a link up and sets the password; every session of the account ends. False when the link was used or has ended.</summary>
    public async ValueTask<bool> SetUp(string token, string password, Instant now)
    {
        if (await store.SpendSecret(SecretKind.SetupLink, Secrets.Hash(token), now) is not { SpentAt: null } link) return false;
        await store.PutOperator(new OperatorRow(link.Body, await passwords.Hash(password), now));
        await store.DropSecrets(SecretKind.Session, link.Body);
        return true;
    }

    /// <summary>A new session's token; null when name or password is wrong.</summary>
    public async ValueTask<string?> SignIn(string name, string password, Instant now)
    {
        var row = (await store.Operators()).FirstOrDefault(row => row.Name == name);
        if (!await passwords.Matches(password, row?.Password)) return null;
        if (Passwords.IsDated(row!.Password)) await store.PutOperator(row with { Password = await passwords.Hash(password) });
        await store.SweepSecrets(now);
        return await store.Issue(SecretKind.Session, row.Name, now, SessionLasts);
    }

    /// <summary>Who a session belongs to; null when it has ended.</summary>
    public async ValueTask<string?> Of(string session, Instant now) => (await store.FindSecret(SecretKind.Session, Secrets.Hash(session), now))?.Body;

    public ValueTask SignOut(string session) => store.DropSecret(SecretKind.Session, Secrets.Hash(session));
}
