using System.Net;
using Sluice.Core;

namespace Sluice.Server.Operators;

/// <summary>
/// Slows whoever guesses passwords, by address: from the sixth wrong one on each costs a wait that doubles, up to five
/// minutes. Nobody else is kept out by it. In memory and bounded; a restart forgets.
/// </summary>
internal sealed class GuessThrottle
{
    private const int Free = 5;
    private const int MostAddresses = 10_000;
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (int Wrong, Instant Last)> _guesses = [];

    /// <summary>How long this address has to wait; zero when it may try.</summary>
    public TimeSpan Wait(IPAddress? address, Instant now)
    {
        lock (_gate)
        {
            if (!_guesses.TryGetValue(Of(address), out var guess) || guess.Wrong < Free) return TimeSpan.Zero;
            var pause = TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Math.Pow(2, Math.Min(guess.Wrong - Free, 20))));
            var left = guess.Last.Plus(pause).Milliseconds - now.Milliseconds;
            return left > 0 ? TimeSpan.FromMilliseconds(left) : TimeSpan.Zero;
        }
    }

    public void Wrong(IPAddress? address, Instant now)
    {
        lock (_gate)
        {
            if (_guesses.Count >= MostAddresses) Forget(now);
            var wrong = _guesses.TryGetValue(Of(address), out var guess) && guess.Last.Plus(Forgotten) > now ? guess.Wrong + 1 : 1;
            _guesses[Of(address)] = (wrong, now);
        }
    }

    public void Right(IPAddress? address)
    {
        lock (_gate) _guesses.Remove(Of(address));
    }

    private void Forget(Instant now)
    {
        foreach (var address in _guesses.Where(pair => pair.Value.Last.Plus(Forgotten) <= now).Select(static pair => pair.Key).ToList()) _guesses.Remove(address);
        if (_guesses.Count >= MostAddresses) _guesses.Remove(_guesses.MinBy(static pair => pair.Value.Last).Key);
    }

    // A home has a whole /64 of IPv6.
    private static string Of(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }
}
