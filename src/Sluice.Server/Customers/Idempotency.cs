using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Idempotency keys: a key is held in this process while its request runs, committed in the same transaction as the
/// request's effect, and free again when the request failed.
/// </summary>
internal sealed class Idempotency(Settings settings, IStore store, ClaimsInFlight inFlight)
{
    public static readonly Refusal Duplicate = new(
        RefusalCode.DuplicateIdempotencyKey, "A request with this idempotency key has been carried out already. Use a new key for a new request.");

    /// <summary>Waits for any request in flight with the same key. Not taken: a request with this key was carried out.</summary>
    public async ValueTask<Held> Hold(ClaimKey key, Instant now)
    {
        var reservation = await inFlight.Reserve(key);
        try
        {
            if (await store.FindClaim(key, now) is null) return new Held(new Claim(key, null, now, now.Plus(settings.KeepIdempotencyKeys)), reservation);
        }
        catch
        {
            reservation.Dispose();
            throw;
        }

        reservation.Dispose();
        return default;
    }

    /// <summary>A key held for one request.</summary>
    public readonly record struct Held(Claim? Claim, IDisposable? Reservation) : IDisposable
    {
        public bool Taken => Claim is not null;

        public void Dispose() => Reservation?.Dispose();
    }
}
