using System.Diagnostics;
using System.Net.Http.Headers;

namespace Sluice.Bench;

/// <param name="Milliseconds">From the moment it was due to the end of its answer.</param>
/// <param name="IsRight">The answer was a 2xx.</param>
internal readonly record struct Timing(string Kind, double Milliseconds, bool IsRight);

/// <summary>Sends on time, over as many connections as that takes.</summary>
internal sealed class Requests : IDisposable
{
    private readonly HttpClient _http;
    private readonly int _customers;
    private readonly string[] _kinds;

    /// <param name="kinds">What is sent, in turn.</param>
    public Requests(Uri address, string key, int customers, string[] kinds)
    {
        (_customers, _kinds) = (customers, kinds);
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512, UseCookies = false, ActivityHeadersPropagator = null }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>All of them, at this rate a second. Ends when all are answered.</summary>
    public async Task<Timing[]> Send(int count, double rate)
    {
        var timings = new Timing[count];
        var running = new Task[count];
        var chance = new Random(1);
        var started = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(
            () =>
            {
                for (var no = 0; no < count;)
                {
                    var due = Math.Min(count, (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * rate) + 1);
                    for (; no < due; no++)
                    {
                        var (mine, customer) = (no, chance.Next(_customers) + 1);
                        running[mine] = Task.Run(() => Send(mine, customer, started + (long)(mine / rate * Stopwatch.Frequency), timings));
                    }

                    Thread.Sleep(1);
                }
            },
            TaskCreationOptions.LongRunning);
        await Task.WhenAll(running);
        return timings;
    }

    public void Dispose() => _http.Dispose();

    private async Task Send(int no, int customer, long dueAt, Timing[] timings)
    {
        var kind = _kinds[no % _kinds.Length];
        var value = kind == "track" ? ",\"value\":1" : "";
        using var body = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes($"{{\"customer_id\":\"bench-{customer}\",\"feature_id\":\"messages\"{value}}}"));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var isRight = false;
        try
        {
            using var answer = await _http.PostAsync($"/v1/{kind}", body);
            await answer.Content.ReadAsByteArrayAsync();
            isRight = answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            // Counted as wrong, with the time it took.
        }

        timings[no] = new Timing(kind, Stopwatch.GetElapsedTime(dueAt).TotalMilliseconds, isRight);
    }
}
