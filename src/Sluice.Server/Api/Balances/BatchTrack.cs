using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// balances.batch_track: 1 to 1,000 tracks over any customers as one unit: all are durable before the answer, or none
/// is applied. Items whose idempotency key was used before, or earlier in the same batch, are skipped.
/// </summary>
internal static class BatchTrack
{
    private const int MaxItems = 1_000;

    public static async ValueTask<Answer> Handle(Call call)
    {
        if (Items(call, out var bodies) is { } notItems) return notItems;
        var items = bodies.Select(Tracked.Read).ToList();
        if (bodies[0].Refusal is { } wrong) return call.Refuse(wrong);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Command.Feature is { } id && call.Catalog.Feature(id) is null)
                return call.Refuse(new Refusal(RefusalCode.FeatureNotFound, $"Feature {id} does not exist. Nothing was recorded.").Of($"items[{i}]"));
        }

        return await Record(call, bodies, items);
    }

    /// <summary>An answer when the request is no list of so many.</summary>
    public static Answer? Items(Call call, out IReadOnlyList<Body> bodies)
    {
        var isList = call.Json.ValueKind == JsonValueKind.Array && call.Json.GetArrayLength() is > 0 and <= MaxItems;
        bodies = isList ? Body.ItemsOf(call.Json) : [];
        return isList ? null : call.Refuse(RefusalCode.InvalidInputs, $"input: expected a list of 1 to {MaxItems} tracks");
    }

    /// <summary>Takes all of them as one unit, each once for its idempotency key.</summary>
    public static async ValueTask<Answer> Record(Call call, IReadOnlyList<Body> bodies, IReadOnlyList<Tracked> items)
    {
        var reservations = new List<IDisposable>();
        try
        {
            var fresh = await Fresh(call, items, reservations);
            var kept = Enumerable.Range(0, items.Count).Where(i => fresh[i]).SelectMany(i => items[i].Commands.Select(command => (Command: command, Item: i))).ToList();
            if (kept.Count == 0) return Done;
            foreach (var item in kept.Select(pair => pair.Item).Distinct())
            {
                if (await Newcomers.Make(call, bodies[item]) is { } notMade) return notMade;
            }

            var ran = await call.Run([.. kept.Select(pair => pair.Command)]);
            if (ran.End == RunEnd.Refused) return call.Refuse(ran.Refusal!.Of($"items[{kept[ran.RefusedAt].Item}]"));
            return ran.End == RunEnd.Done ? Done : call.Failure(ran);
        }
        finally
        {
            foreach (var reservation in reservations) reservation.Dispose();
        }
    }

    private static Answer Done => Answer.Of(202, SuccessBody.True, ApiJson.Default.SuccessBody);

    // Keys are held in one order, so that two batches with the same keys cannot wait for each other.
    private static async ValueTask<bool[]> Fresh(Call call, IReadOnlyList<Tracked> items, List<IDisposable> reservations)
    {
        var fresh = items.Select(item => item.IdempotencyKey is null).ToArray();
        var firsts = items.Select((item, i) => (item.IdempotencyKey, i)).Where(pair => pair.IdempotencyKey is not null)
            .GroupBy(pair => pair.IdempotencyKey!, pair => pair.i, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal);
        foreach (var group in firsts)
        {
            var first = group.First();
            var held = await items[first].Hold(call);
            if (held.Claim is not { } claim) continue;
            reservations.Add(held);
            call.Claim(claim);
            fresh[first] = true;
        }

        return fresh;
    }
}
