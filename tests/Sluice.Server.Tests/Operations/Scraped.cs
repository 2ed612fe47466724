using System.Globalization;

namespace Sluice.Server.Tests.Operations;

/// <summary>/metrics, read as Prometheus does.</summary>
internal sealed class Scraped
{
    private readonly Dictionary<string, double> _series = [];

    private Scraped(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#'))
        {
            var at = line.LastIndexOf(' ');
            _series.Add(line[..at].Replace("{}", "", StringComparison.Ordinal), double.Parse(line[(at + 1)..], CultureInfo.InvariantCulture));
        }
    }

    public IEnumerable<string> Names => _series.Keys;

    /// <summary>By its name and labels: <c>sluice_queue_limit</c>, <c>sluice_customers_lookups_total{result="hit"}</c>.</summary>
    public double this[string series] => _series.TryGetValue(series, out var value) ? value : throw new KeyNotFoundException($"no {series} among {string.Join('\n', _series.Keys)}");

    public static async Task<Scraped> From(string url)
    {
        using var anyone = new ApiClient(url, key: null);
        var reply = (await anyone.Get("/metrics")).MustBe(200);
        Assert.StartsWith("text/plain", reply.Raw.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        return new Scraped(reply.Text);
    }
}
