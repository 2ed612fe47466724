using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Operators;
using Sluice.Storage;

namespace Sluice.Server.OAuth;

/// <summary>
/// Authorization codes and the access tokens they are exchanged for. A code lasts a minute and is spent by any attempt to
/// use it; one that comes twice ends the token got with it (RFC 9700 §2.1.1).
/// </summary>
internal sealed class Codes(IOperatorStore store)
{
    public static readonly TimeSpan CodeLasts = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan TokenLasts = TimeSpan.FromMinutes(10);

    public ValueTask<string> Issue(AuthorizationRequest request, string consentedBy, Instant now) => store.Issue(
        SecretKind.Code, JsonSerializer.Serialize(new Granted(request.RedirectText, request.Challenge, request.Scope, consentedBy), OAuthJson.Default.Granted), now, CodeLasts);

    /// <summary>The token; null when the code, the redirect or the verifier is not the right one.</summary>
    public async ValueTask<(string Token, string Scope)?> Exchange(string code, string redirect, string verifier, Instant now)
    {
        var hash = Secrets.Hash(code);
        if (await store.SpendSecret(SecretKind.Code, hash, now) is not { } row) return null;
        if (row.SpentAt is not null)
        {
            await store.DropSecretsOf(hash);
            return null;
        }

        var granted = JsonSerializer.Deserialize(row.Body, OAuthJson.Default.Granted)!;
        if (granted.Redirect != redirect || !Matches(verifier, granted.Challenge)) return null;
        return (await store.Issue(SecretKind.AccessToken, row.Body, now, TokenLasts, origin: hash), granted.Scope);
    }

    /// <summary>What a token was granted for; null when it is none or has ended.</summary>
    public async ValueTask<Granted?> Find(string token, Instant now) =>
        await store.FindSecret(SecretKind.AccessToken, Secrets.Hash(token), now) is { } row ? JsonSerializer.Deserialize(row.Body, OAuthJson.Default.Granted) : null;

    // RFC 7636: 43 to 128 unreserved characters.
    private static bool Matches(string verifier, string challenge) =>
        verifier.Length is >= 43 and <= 128
        && verifier.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~')
        && Secrets.Equal(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), challenge);
}

/// <summary>What was consented to.</summary>
internal sealed record Granted(string Redirect, string Challenge, string Scope, string ConsentedBy)
{
    public bool MakesKeys => Scope.Split(' ').Contains("apiKeys:create");
}

internal sealed record TokenBody(string AccessToken, string TokenType, int ExpiresIn, string Scope);

internal sealed record OAuthErrorBody(string Error, string ErrorDescription);

internal sealed record CliKeysBody(string SandboxKey, string ProdKey, string OrgId);

internal sealed record MetadataBody(
    string Issuer, string AuthorizationEndpoint, string TokenEndpoint, string[] ResponseTypesSupported, string[] GrantTypesSupported, string[] CodeChallengeMethodsSupported, string[] TokenEndpointAuthMethodsSupported, string[] ScopesSupported);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Granted))]
[JsonSerializable(typeof(TokenBody))]
[JsonSerializable(typeof(OAuthErrorBody))]
[JsonSerializable(typeof(CliKeysBody))]
[JsonSerializable(typeof(MetadataBody))]
internal sealed partial class OAuthJson : JsonSerializerContext;
