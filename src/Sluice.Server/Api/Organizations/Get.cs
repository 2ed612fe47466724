using Sluice.Core;

namespace Sluice.Server.Api.Organizations;

/// <summary>/v1/organization and /v1/organization/me: the tenant and the environment of the key.</summary>
internal static class Get
{
    public static ValueTask<Answer> Handle(Call call) => new(Answer.Ok(
        new OrganizationBody(call.Scope.Tenant, call.Scope.Tenant, call.Scope.Tenant, call.Scope.Environment, "usd"), ApiJson.Default.OrganizationBody));
}

public sealed record OrganizationBody(string Id, string Name, string Slug, string Env, string DefaultCurrency);
