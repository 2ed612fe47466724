using Microsoft.AspNetCore.Routing.Patterns;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api;

/// <summary>A path or method that is not served gets 404 in the shape of every error.</summary>
internal static class UnknownRoutes
{
    public static Task Answer(HttpContext http, RequestDelegate next)
    {
        // Routing has chosen already: nothing, or its own "method not allowed", which has no pattern.
        if (http.GetEndpoint() is RouteEndpoint) return next(http);

        // Asked by tools that look before they call; it says nothing about what is there.
        if (HttpMethods.IsOptions(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        var answer = Api.Answer.Error(404, "route_not_found", $"{http.Request.Method} {http.Request.Path} is not a route of this API; /openapi.json lists them.", ScopeDirectory.Sandbox);
        return AnswerWriter.Write(http.Response, answer);
    }
}
