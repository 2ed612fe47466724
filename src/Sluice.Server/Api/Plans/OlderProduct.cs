using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Core;
using Sluice.Server.Api.Versions;

namespace Sluice.Server.Api.Plans;

/// <summary>A plan as a product, the words of 1.2: previews show plans so at every version.</summary>
internal static class OlderProduct
{
    /// <param name="subject">Whose it would be: its scenario tells what attaching it means.</param>
    public static JsonObject Of(Call call, Subject subject, Plan plan)
    {
        var body = PlanBody.Of(call, call.Catalog, plan, withFeatures: true, EligibilityBody.Of(Eligibility.Of(call.Catalog, plan, subject)));
        var today = JsonTree.Of(JsonSerializer.SerializeToElement(body, ApiJson.Default.PlanBody))!.AsObject();
        return V1_2.ProductOf(today, new Passage(call.Catalog, call.Now, []));
    }

    /// <summary>As it is for anyone.</summary>
    public static JsonObject Of(View view, Plan plan)
    {
        var today = JsonTree.Of(JsonSerializer.SerializeToElement(PlanBody.Of(view, view.Catalog, plan, withFeatures: true), ApiJson.Default.PlanBody))!.AsObject();
        return V1_2.ProductOf(today, new Passage(view.Catalog, view.Now, []));
    }
}
