using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api.Keys;

/// <summary>keys.mint, keys.refresh and keys.revoke: tokens that speak for one customer.</summary>
internal static class Tokens
{
    public static async ValueTask<Answer> Mint(Call call)
    {
        var body = Body.Of(call.Json);
        var id = CustomerFields.Id(body);
        var indefinite = body.Flag("indefinite", otherwise: false);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(id) is not { } customer) return call.NoSuchCustomer(id);
        return Answered(await call.Engine.Tokens.Mint(call.Scope.Id, customer.Key, indefinite, call.Now));
    }

    /// <summary>The refresh token is the authorization; there is nothing in the body.</summary>
    public static async ValueTask<Answer> Refresh(Call call) => await call.Engine.Tokens.Refresh(call.Token, call.Now) is { } minted ? Answered(minted) : Frame.InvalidToken();

    public static async ValueTask<Answer> Revoke(Call call)
    {
        var body = Body.Of(call.Json);
        var id = CustomerFields.Id(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(id) is not { } customer) return call.NoSuchCustomer(id);
        await call.Engine.Tenants.EndTokens(call.Scope.Id, customer.Key);
        call.Engine.Keys.Forget();
        return Answer.Ok(new RevokedBody(true), ApiJson.Default.RevokedBody);
    }

    private static Answer Answered(Minted minted) => Answer.Ok(new TokensBody(minted.Access, minted.Refresh, minted.ExpiresAt, minted.RefreshExpiresAt), ApiJson.Default.TokensBody);
}

/// <summary>A pair of tokens; one without an end has no second.</summary>
public sealed record TokensBody(
    string AccessToken,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RefreshToken,
    Instant? ExpiresAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? RefreshExpiresAt);

/// <summary><c>{"revoked": true}</c></summary>
public sealed record RevokedBody(bool Revoked);
