using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Core;
using Sluice.Server.Api.Versions;
using Sluice.Server.Customers;
using Sluice.Server.Operations;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Api;

/// <summary>
/// What happens around every request: who is calling, which version, the body, the idempotency key, then the endpoint,
/// then the answer.
/// </summary>
internal sealed partial class Frame(Engine engine, RateLimiter limiter, RequestLog log, Measures measures)
{
    public const string IdempotencyHeader = "Idempotency-Key";

    /// <summary>The largest request taken.</summary>
    public const long MaxBodyBytes = 8 * 1024 * 1024;

    /// <summary>How deep a request may nest. It is stored a few levels deeper than it was sent, and read back at 64.</summary>
    public const int MaxDepth = 48;

    private static readonly JsonDocumentOptions JsonOptions = new() { MaxDepth = MaxDepth };

    public async Task Serve(HttpContext http, Endpoint endpoint)
    {
        var started = engine.Time.GetTimestamp();
        var now = Instant.Of(engine.Time.GetUtcNow());
        using var seen = new Seen();
        Answer answer;
        Exception? failure = null;
        try
        {
            answer = await Answered(http, endpoint, seen, now);
        }
        catch (BadHttpRequestException bad)
        {
            answer = Answer.Error(bad.StatusCode, "invalid_request", bad.Message, ScopeDirectory.Sandbox);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception unexpected)
        {
            failure = unexpected;
            answer = Answer.ForNow(unexpected, ScopeDirectory.Sandbox)
                ?? Answer.Error(500, "internal_error", "Sluice has a bug, and its log says more. Whether the request was carried out is not known: repeat it with the same idempotency key.", ScopeDirectory.Sandbox);
        }

        await AnswerWriter.Write(http.Response, answer);
        var took = engine.Time.GetElapsedTime(started);
        measures.Served(endpoint.Operation, answer.Status, took);
        Spans.Describe(http, endpoint, answer, seen);
        log.Served(http, endpoint, answer, took, seen, failure);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Answer> Answered(HttpContext http, Endpoint endpoint, Seen seen, Instant now)
    {
        var (caller, denied) = await Authenticate(http, endpoint);
        if (denied is { } no) return no;
        seen.Scope = caller!.Scope;
        if (!ApiVersion.TryParse(http.Request.Headers[ApiVersion.Header], out var version, out var fault)) return Answer.Error(400, "invalid_api_version", fault!, caller.Scope.Environment);

        await ReadJson(http.Request, seen);
        while (true)
        {
            try
            {
                return caller!.Customer is null
                    ? limiter.Refuse(endpoint, caller, seen, http.Request) ?? await Answered(http, endpoint, caller, version, now, seen.Body)
                    : await AnsweredFor(caller.Customer.Value, http, endpoint, caller, version, now, seen);
            }
            catch (ScopeEndedException)
            {
                // Emptied or removed while this was on its way: the key says what it is worth now.
                (caller, denied) = await Authenticate(http, endpoint);
                if (denied is { } gone) return gone;
            }
        }
    }

    // A customer's token speaks for its customer, whatever the body says, takes nothing back and changes no profile.
    private async ValueTask<Answer> AnsweredFor(CustomerKey key, HttpContext http, Endpoint endpoint, Caller caller, ApiVersion version, Instant now, Seen seen)
    {
        if (await engine.Customers.Load(caller.Scope, key) is not { Committed: { Deleted: false, Profile.Id: { } id } }) return InvalidToken();
        seen.SpeaksFor(id);
        if (limiter.Refuse(endpoint, caller, seen, http.Request) is { } refused) return refused;
        if (JsonTree.Of(seen.Body) is not JsonObject body) return Answer.Error(new Refusal(RefusalCode.InvalidInputs, "input: expected an object"), caller.Scope.Environment);
        if (endpoint.Operation == "balances.track" && body["value"] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.ToString().StartsWith('-'))
            return Answer.Error(403, "invalid_request", "A customer's token cannot give usage back: send a value of 0 or more.", caller.Scope.Environment);
        foreach (var member in (string[])["customer_data", "entity_data", "lock", "overage_behavior"]) body.Remove(member);
        body["customer_id"] = id;
        return await Answered(http, endpoint, caller, version, now, JsonTree.ToElement(body));
    }

    private ValueTask<Answer> Answered(HttpContext http, Endpoint endpoint, Caller caller, ApiVersion version, Instant now, JsonElement sent)
    {
        var chain = Chain.Of(endpoint, version);
        return chain.IsEmpty ? Handled(new Call(engine, http, caller, version, now, sent), endpoint) : Translated(chain, http, endpoint, caller, version, now, sent);
    }

    private async ValueTask<Answer> Translated(Chain chain, HttpContext http, Endpoint endpoint, Caller caller, ApiVersion version, Instant now, JsonElement sent)
    {
        var request = chain.Up(WithQuery(JsonTree.Of(sent)!, http.Request.Query), new Passage(caller.Scope.Catalog, now, []));
        var answer = await Handled(new Call(engine, http, caller, version, now, JsonTree.ToElement(request)), endpoint);
        return chain.Down(answer, new Passage(caller.Scope.Catalog, now, request as JsonObject ?? []));
    }

    // What may stand in the query as well as in the body is looked for in one place.
    private static JsonNode WithQuery(JsonNode sent, IQueryCollection query)
    {
        const string expand = "expand";
        if (sent is JsonObject body && !body.ContainsKey(expand) && query.TryGetValue(expand, out var values)) body[expand] = values.ToString();
        return sent;
    }

    private ValueTask<Answer> Handled(Call call, Endpoint endpoint)
    {
        string? key = call.Request.Headers[IdempotencyHeader];
        return string.IsNullOrEmpty(key) ? endpoint.Handle(call) : HandledOnce(call, endpoint, key);
    }

    private async ValueTask<Answer> HandledOnce(Call call, Endpoint endpoint, string key)
    {
        using var held = await engine.Idempotency.Hold(new ClaimKey(call.Scope.Id, ClaimKind.HeaderKey, key), call.Now);
        if (held.Claim is not { } claim) return call.Refuse(Idempotency.Duplicate);
        call.Claim(claim);
        var answer = await endpoint.Handle(call);
        if (answer.Failed || !call.ClaimsOpen) return answer;

        // The request changed nothing, but its key is used all the same, before the answer.
        var taken = await engine.Runner.TakeClaims(call.Claims);
        return taken.End == RunEnd.Done ? answer : call.Failure(taken);
    }

    private async ValueTask<(Caller? Caller, Answer? Denied)> Authenticate(HttpContext http, Endpoint endpoint)
    {
        if (Credential.Of(http) is not var (_, key, hash))
            return (null, Unauthorized("no_secret_key", "No secret key in the Authorization header: send \"Authorization: Bearer am_sk_…\"."));

        if (key.StartsWith(ApiKeys.PublishablePrefix, StringComparison.Ordinal))
        {
            if (!endpoint.Public) return (null, Unauthorized("endpoint_not_public", "This endpoint is not open to publishable keys: call it from your server with a secret key."));
            return await engine.Keys.Find(key, hash) is { Kind: KeyKind.Publishable } open ? (open, null) : (null, Unauthorized("invalid_publishable_key", "Invalid publishable key."));
        }

        if (key.StartsWith(ApiKeys.SecretPrefix, StringComparison.Ordinal))
        {
            if (await engine.Keys.Find(key, hash) is not { Kind: KeyKind.Secret, Customer: null } secret) return (null, Unauthorized("invalid_secret_key", $"Invalid secret key: {key[..Math.Min(15, key.Length)]}*"));
            return endpoint.Needs is { } needed && secret.Scopes?.Allow(needed) == false
                ? (null, Answer.Error(403, "insufficient_scopes", $"Insufficient scopes. Missing: {needed}", secret.Scope.Environment))
                : (secret, null);
        }

        if (CustomerTokens.IsToken(key))
        {
            // It proves itself: the endpoint takes it as it is, and gives the next one.
            if (endpoint.Operation == "keys.refresh") return (new Caller(engine.Scopes.Environment(ScopeDirectory.Sandbox), KeyKind.Secret, "tokens"), null);
            if (!CustomerTokens.MayCall(endpoint.Method, endpoint.Operation)) return (null, Answer.Error(403, "invalid_request", "A customer's token cannot call this: use a secret key from your server.", ScopeDirectory.Sandbox));
            return await engine.Keys.Find(key, hash) is { Customer: not null } customer ? (customer, null) : (null, InvalidToken());
        }

        if (key.StartsWith("am_oauth_", StringComparison.Ordinal)) return (null, Unauthorized("invalid_request", "Invalid or expired access token."));
        return (null, Unauthorized("invalid_request", "Invalid authorization token prefix: keys begin with am_sk_test_, am_sk_live_ or am_pk_."));
    }

    public static Answer InvalidToken() => Unauthorized("invalid_request", "Invalid, expired or revoked customer token.");

    private static Answer Unauthorized(string code, string message) => Answer.Error(401, code, message, ScopeDirectory.Sandbox);

    // An empty, malformed or null body counts as {}, and is then told which fields it lacks.
    private static async ValueTask ReadJson(HttpRequest request, Seen seen)
    {
        if (request.ContentLength == 0 || HttpMethods.IsGet(request.Method)) return;
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(request.HttpContext.RequestAborted);
            if (!read.IsCompleted)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            seen.Read(Parse(read.Buffer), read.Buffer.Length);
            reader.AdvanceTo(read.Buffer.End);
            return;
        }
    }

    private static JsonDocument? Parse(ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty) return null;
        try
        {
            // Copied: the document must outlive the reader's buffer.
            var bytes = buffer.ToArray();
            var document = JsonDocument.Parse(bytes, JsonOptions);
            if (document.RootElement.ValueKind != JsonValueKind.Null && WellFormed.Is(bytes)) return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
