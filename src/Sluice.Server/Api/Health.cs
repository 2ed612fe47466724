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

    // A commit takes milliseconds; who has waited so long for one had better ask elsewhere.
    private static readonly TimeSpan StandsStill = TimeSpan.FromSeconds(10);

    // Whoever asks is a machine that does not wait long, either.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void Map(WebApplication app)
    {
        var (store, committer) = (app.Services.GetRequiredService<IStore>(), app.Services.GetRequiredService<Committer>());
        app.MapGet("/health/live", http => AnswerWriter.Write(http.Response, Answer.Ok(new HealthBody("live"), ApiJson.Default.HealthBody)));
        app.MapGet("/health/ready", async http => await AnswerWriter.Write(http.Response, await Ready(store, committer)));
        app.MapGet("/version", http => AnswerWriter.Write(http.Response, Answer.Ok(new VersionBody("Sluice", Version), ApiJson.Default.VersionBody)));
    }

    /// <summary>One of these, or the metrics: asked all the time, and nothing that other nodes have a part in.</summary>
    public static bool IsAsked(HttpContext http) => http.Request.Path.StartsWithSegments("/health") || http.Request.Path == "/version" || http.Request.Path == Telemetry.Path;

    private static async ValueTask<Answer> Ready(IStore store, Committer committer)
    {
        if (committer.Writing > StandsStill) return NotReady("a commit stands still");
        try
        {
            await store.Scopes().AsTask().WaitAsync(Patience);
            return Answer.Ok(new HealthBody("ready"), ApiJson.Default.HealthBody);
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException or IOException or TimeoutException)
        {
            return NotReady("the store cannot be reached");
        }
    }

    private static Answer NotReady(string why) => Answer.Of(503, new HealthBody(why), ApiJson.Default.HealthBody);
}

public sealed record HealthBody(string Status);

public sealed record VersionBody(string Name, string Version);
