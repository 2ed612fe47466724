using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Api.Sandboxes;

/// <summary>sandboxes.create, list, delete and reset: places to try things, each with customers, catalog and keys of its own.</summary>
internal static class SandboxCalls
{
    private const int Most = 100;
    private static readonly string[] Colors = ["gray", "blue", "green", "amber", "red", "pink"];

    public static async ValueTask<Answer> Create(Call call)
    {
        var body = Body.Of(call.Json);
        var name = body.RequiredText("name").Trim();
        var color = body.Choice("color", Colors.Select(static (word, at) => KeyValuePair.Create(word, at)).ToDictionary()) ?? 0;
        var icon = body.Text("icon") ?? "box";
        if (name.Length is 0 or > 100) body.Fault("name", "expected 1 to 100 characters");
        if (icon.Length > 50) body.Fault("icon", "expected at most 50 characters");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (Closed(call) is { } closed) return closed;
        if (call.Engine.Sandboxes.Further.Count() >= Most) return call.Refuse(RefusalCode.InvalidRequest, $"There are {Most} sandboxes already: delete one first.");
        var (scope, key) = await call.Engine.Sandboxes.Make(call.Scope.Tenant, new SandboxLook(name, Colors[color], icon), call.Now);
        return Answer.Ok(SandboxBody.Of(scope) with { SecretKey = key }, ApiJson.Default.SandboxBody);
    }

    public static ValueTask<Answer> List(Call call) =>
        new(Answer.Ok(new ListBody<SandboxBody>([.. call.Engine.Sandboxes.Further.Where(scope => call.Scope.IsMain || scope == call.Scope).Select(SandboxBody.Of)]), ApiJson.Default.ListBodySandboxBody));

    public static async ValueTask<Answer> Delete(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (Closed(call) is { } closed) return closed;
        if (call.Engine.Sandboxes.Find(id) is not { } sandbox) return call.Refuse(RefusalCode.NotFound, $"There is no sandbox {id}.");
        await call.Engine.Sandboxes.Remove(sandbox, call.Now);
        return Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody);
    }

    /// <summary>Of the key's own sandbox.</summary>
    public static async ValueTask<Answer> Reset(Call call)
    {
        if (call.Scope.Environment != ScopeDirectory.Sandbox) return call.Refuse(RefusalCode.InvalidRequest, "This key is of the live environment, which cannot be reset: use the key of the sandbox that is meant.");
        await call.Engine.Sandboxes.Reset(call.Scope, call.Now);
        return Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody);
    }

    // A key that was given out for one sandbox rules over that one only.
    private static Answer? Closed(Call call) => call.Scope.IsMain ? null
        : Answer.Error(403, "insufficient_scopes", "This key is of a further sandbox: make and delete sandboxes with a key of the main sandbox or of live.", call.Scope.Environment);
}

/// <summary>A further sandbox; the key is shown when it is made and never again.</summary>
public sealed record SandboxBody(string Id, string Name, string Slug, Instant CreatedAt, string Color, string Icon)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SecretKey { get; init; }

    internal static SandboxBody Of(Scope scope) => new(scope.Name, scope.Look!.Label, Slugged(scope), scope.CreatedAt, scope.Look.Color, scope.Look.Icon);

    private static string Slugged(Scope scope) =>
        string.Join('-', string.Concat(scope.Look!.Label.Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } slug ? slug : scope.Name;
}
