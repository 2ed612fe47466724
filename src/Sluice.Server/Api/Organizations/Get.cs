namespace Sluice.Server.Api.Organizations;

/// <summary>The tenant and the environment of the key: /v1/organization, and in short /v1/organization/me.</summary>
internal static class Get
{
    public static ValueTask<Answer> Handle(Call call) => new(Answer.Ok(OrganizationBody.Of(call.Scope), ApiJson.Default.OrganizationBody));

    public static ValueTask<Answer> HandleMe(Call call) => new(Answer.Ok(
        new OrganizationInShortBody(call.Scope.Tenant, call.Scope.Tenant, call.Scope.Tenant, call.Scope.Environment), ApiJson.Default.OrganizationInShortBody));
}

/// <param name="Env">"sandbox" or "live".</param>
public sealed record OrganizationInShortBody(string Id, string Name, string Slug, string Env);
