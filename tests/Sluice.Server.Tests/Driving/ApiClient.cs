using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Sluice.Server.Tests.Driving;

/// <summary>Talks to a server as a caller does. A body is raw JSON when it is a string, else any object.</summary>
/// <param name="patience">For how long an answer is waited for.</param>
internal sealed class ApiClient(string url, string? key, TimeSpan? patience = null) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = new Uri(url), Timeout = patience ?? TimeSpan.FromSeconds(60) };

    public string Url => url;

    /// <summary>The same server, with another key; null = none.</summary>
    public ApiClient With(string? otherKey) => new(url, otherKey);

    public Task<Reply> Post(string path, object? body, params (string Name, string Value)[] headers) => Send(HttpMethod.Post, path, body, headers);

    public Task<Reply> Get(string path, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, headers);

    public async Task<Reply> Send(HttpMethod method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : "/v1/" + path);
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (body is byte[] bytes) request.Content = new ByteArrayContent(bytes);
        else if (body is not null) request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        var response = await _http.SendAsync(request);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    public void Dispose() => _http.Dispose();

    // The words of the tests.
    public async Task Create(string customer, object? more = null) => (await Post("customers.get_or_create", more ?? new { customer_id = customer })).MustBe(200);

    public async Task Grant(string customer, decimal included, string feature = "messages") =>
        (await Post("balances.create", new { customer_id = customer, feature_id = feature, included_grant = included })).MustBe(200);

    public Task<Reply> Check(string customer, string feature = "messages", decimal required = 1) =>
        Post("balances.check", new { customer_id = customer, feature_id = feature, required_balance = required });

    public Task<Reply> Consume(string customer, decimal required, string feature = "messages") =>
        Post("balances.check", new { customer_id = customer, feature_id = feature, required_balance = required, send_event = true });

    public Task<Reply> Track(string customer, decimal value, string? idempotencyKey = null, string feature = "messages") => idempotencyKey is null
        ? Post("balances.track", new { customer_id = customer, feature_id = feature, value })
        : Post("balances.track", new { customer_id = customer, feature_id = feature, value, idempotency_key = idempotencyKey });

    public async Task<decimal> Remaining(string customer, string feature = "messages") => (await Check(customer, feature)).MustBe(200).Number("balance.remaining");
}
