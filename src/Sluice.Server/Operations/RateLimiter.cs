using System.Collections.Concurrent;
using System.Collections.Frozen;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Tenants;
using Endpoint = Sluice.Server.Api.Endpoint;

namespace Sluice.Server.Operations;

/// <summary>
/// Refuses requests beyond the limits of the settings, before anything is done. It counts in the memory of this process:
/// several nodes let through that much each, and a restart forgets. Who waits gets as many a period as the limit
/// says, evenly; who was quiet for a period may send all of them at once.
/// </summary>
internal sealed class RateLimiter(Settings settings, Measures measures, TimeProvider time)
{
    // Moments are counted in ten-thousandths of a microsecond, so that a millionth of a second divides well.
    private const long UnitsPerTick = 1_000;
    private const int SweptFrom = 10_000;

    private readonly FrozenDictionary<string, RateLimit[]> _limits =
        settings.RateLimits.GroupBy(static limit => limit.Group).ToFrozenDictionary(static group => group.Key, static group => group.OrderByDescending(static limit => limit.Per).ToArray());

    private readonly ConcurrentDictionary<Counted, Pace> _paces = new();
    private readonly long _start = time.GetTimestamp();
    private int _sweepAt = SweptFrom;

    /// <summary>Null when the request may go on; else what to answer.</summary>
    public Answer? Refuse(Endpoint endpoint, Caller caller, Seen seen, HttpRequest request)
    {
        if (_limits.Count == 0 || !_limits.TryGetValue(endpoint.RateGroup, out var limits)) return null;
        var now = time.GetElapsedTime(_start).Ticks * UnitsPerTick;
        foreach (var limit in limits)
        {
            if (Who(limit, caller, seen, request) is not { } who) continue;
            var counted = new Counted(limit, caller.Scope.Id, who);
            if (!_paces.TryGetValue(counted, out var pace)) pace = Enter(counted, now);
            if (pace.Take(now, limit) is not (> 0 and var wait)) continue;
            measures.Limited(limit.Group);
            var seconds = (int)Math.Min(int.MaxValue, (wait + (TimeSpan.TicksPerSecond * UnitsPerTick) - 1) / (TimeSpan.TicksPerSecond * UnitsPerTick));
            return Answer.Error(429, "rate_limit_exceeded", $"More than {limit.Count} requests of the group {limit.Group} in {Words(limit.Period)} for one {(limit.Per == RateLimitPer.Key ? "key" : "customer")}. Nothing was done; try again in {seconds} s.", caller.Scope.Environment)
                with { RetryAfterSeconds = seconds };
        }

        return null;
    }

    private static string? Who(RateLimit limit, Caller caller, Seen seen, HttpRequest request) => limit.Per == RateLimitPer.Customer ? seen.CustomerId(request) : caller.Id;

    private static string Words(TimeSpan period) => period.TotalSeconds switch
    {
        1 => "a second",
        60 => "a minute",
        _ => "an hour",
    };

    // Who has been quiet for long enough is as good as one who never came, so memory holds the busy ones only.
    private Pace Enter(Counted newcomer, long now)
    {
        if (_paces.Count >= Volatile.Read(ref _sweepAt))
        {
            foreach (var (counted, pace) in _paces)
            {
                if (pace.IsRested(now)) _paces.TryRemove(KeyValuePair.Create(counted, pace));
            }

            Volatile.Write(ref _sweepAt, Math.Max(SweptFrom, _paces.Count * 2));
        }

        return _paces.GetOrAdd(newcomer, static _ => new Pace());
    }

    private readonly record struct Counted(RateLimit Limit, ScopeId Scope, string Who);

    /// <summary>The moment by which all requests so far would have been due, had they come evenly.</summary>
    private sealed class Pace
    {
        private long _due;

        /// <summary>0 when one more may pass, which counts it; else how long it has to wait.</summary>
        public long Take(long now, RateLimit limit)
        {
            var period = limit.Period.Ticks * UnitsPerTick;
            while (true)
            {
                var due = Volatile.Read(ref _due);
                var next = Math.Max(due, now) + (period / limit.Count);
                if (next - now > period) return next - now - period;
                if (Interlocked.CompareExchange(ref _due, next, due) == due) return 0;
            }
        }

        public bool IsRested(long now) => Volatile.Read(ref _due) <= now;
    }
}
