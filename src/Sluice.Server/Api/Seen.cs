using System.Text.Json;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api;

/// <summary>What the frame has learned of a request so far, for whoever counts, limits or logs it. It keeps the body until the end.</summary>
internal sealed class Seen : IDisposable
{
    private const string Customer = "customer_id";
    private static readonly JsonElement NoBody = JsonDocument.Parse("{}").RootElement;
    private JsonDocument? _document;
    private string? _customerId;

    /// <summary>Null until the key was found to be right.</summary>
    public Scope? Scope { get; set; }

    /// <summary>Of the body.</summary>
    public long BytesIn { get; private set; }

    public JsonElement Body => _document?.RootElement ?? NoBody;

    public void Read(JsonDocument? document, long bytes) => (_document, BytesIn) = (document, bytes);

    /// <summary>Whoever calls speaks for this customer, whatever the body says.</summary>
    public void SpeaksFor(string customerId) => _customerId = customerId;

    /// <summary>The one customer that the request names, in its path or its body; null when there is none.</summary>
    public string? CustomerId(HttpRequest request) =>
        _customerId ??= request.RouteValues.TryGetValue(Customer, out var inPath) ? inPath as string
        : Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(Customer, out var inBody) && inBody.ValueKind == JsonValueKind.String ? inBody.GetString()
        : null;

    public void Dispose() => _document?.Dispose();
}
