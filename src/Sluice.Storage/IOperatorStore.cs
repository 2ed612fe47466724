using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Someone who runs this Sluice.</summary>
/// <param name="Password">A hash with its own parameters.</param>
public sealed record OperatorRow(string Name, string Password, Instant CreatedAt);

/// <summary>What a secret stands for. The numbers are stored: never change one.</summary>
public enum SecretKind
{
    /// <summary>A link that sets an operator's password, once.</summary>
    SetupLink = 1,

    /// <summary>A signed-in browser.</summary>
    Session = 2,

    /// <summary>An OAuth authorization code, used once.</summary>
    Code = 3,

    /// <summary>An OAuth access token.</summary>
    AccessToken = 4,
}

/// <summary>A random secret by its SHA-256, and what it stands for.</summary>
/// <param name="Body">JSON of whoever made it.</param>
/// <param name="Origin">The hash of the secret it was got with.</param>
/// <param name="SpentAt">When it was used, if it may be used once only.</param>
public sealed record SecretRow(SecretKind Kind, byte[] Hash, string Body, byte[]? Origin, Instant CreatedAt, Instant ExpiresAt, Instant? SpentAt = null);

/// <summary>Operators and their secrets. Every write is durable when its task completes.</summary>
public interface IOperatorStore
{
    ValueTask<IReadOnlyList<OperatorRow>> Operators();

    /// <summary>Adds an operator, or gives the one of that name another password.</summary>
    ValueTask PutOperator(OperatorRow row);

    ValueTask PutSecret(SecretRow row);

    /// <summary>Null when there is none that lasts beyond <paramref name="now"/>. One that was spent is found.</summary>
    ValueTask<SecretRow?> FindSecret(SecretKind kind, byte[] hash, Instant now);

    /// <summary>Marks it as used. Null when there is none; with <see cref="SecretRow.SpentAt"/> set when someone used it before. Of several at once exactly one is the first.</summary>
    ValueTask<SecretRow?> SpendSecret(SecretKind kind, byte[] hash, Instant now);

    /// <summary>Drops every secret of a kind whose body is this.</summary>
    ValueTask DropSecrets(SecretKind kind, string body);

    ValueTask DropSecret(SecretKind kind, byte[] hash);

    /// <summary>Drops what was got with a secret.</summary>
    ValueTask DropSecretsOf(byte[] origin);

    /// <summary>Drops what ended before <paramref name="now"/>.</summary>
    ValueTask SweepSecrets(Instant now);
}
