using System.Reflection;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Operations;
using Sluice.Storage;

namespace Sluice.Server.Api;

/// <summary>Is it alive, is it ready, which version: open to everyone on the network.</summary>
internal static class Health
{
    private static readonly string Version = typeof(Health).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void Map(WebApplication app)
    {
        var store = app.Services.GetRequiredService<IStore>();
        app.MapGet("/health/live", http => AnswerWriter.Write(http.Response, Answer.Ok(new HealthBody("live"), ApiJson.Default.HealthBody)));
        app.MapGet("/health/ready", async http => await AnswerWriter.Write(http.Response, await Ready(store)));
        app.MapGet("/version", http => AnswerWriter.Write(http.Response, Answer.Ok(new VersionBody("Sluice", Version), ApiJson.Default.VersionBody)));
    }

    /// <summary>One of these, or the metrics: asked all the time, and nothing that other nodes have a part in.</summary>
    public static bool IsAsked(HttpContext http) => http.Request.Path.StartsWithSegments("/health") || http.Request.Path == "/version" || http.Request.Path == Telemetry.Path;

    private static async ValueTask<Answer> Ready(IStore store)
    {
        try
        {
            await store.Scopes();
            return Answer.Ok(new HealthBody("ready"), ApiJson.Default.HealthBody);
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or IOException)
        {
            return Answer.Of(503, new HealthBody("the store cannot be reached"), ApiJson.Default.HealthBody);
        }
    }
}

public sealed record HealthBody(string Status);

public sealed record VersionBody(string Name, string Version);
