using Sluice.Core;

namespace Sluice.Server.Api.Plans;

/// <summary>One version of a plan as the API shows it.</summary>
public sealed record PlanBody(PlanId Id)
{
    /// <summary>The version that a customer holds; null when it has been deleted since.</summary>
    internal static PlanBody? Held(Call call, Subscription held) => throw new NotImplementedException();
}
