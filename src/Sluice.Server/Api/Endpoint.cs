using Sluice.Server.Operations;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api;

/// <summary>A route of the API.</summary>
/// <param name="Operation">The RPC it serves ("balances.check"); REST twins carry the same one.</param>
/// <param name="Public">Open to publishable keys too.</param>
/// <param name="Speaks">The one version whose words it takes and gives, whatever the caller's; null = the caller's.</param>
internal sealed record Endpoint(string Method, string Path, string Operation, Func<Call, ValueTask<Answer>> Handle, bool Public = false, ApiVersion? Speaks = null)
{
    /// <summary>The scope a key must have, if it has scopes at all.</summary>
    public string? Needs { get; } = KeyScopes.Needed(Operation);

    /// <summary>What it is counted under where requests are limited.</summary>
    public string RateGroup { get; } = RateLimits.GroupOf(Operation);
}
