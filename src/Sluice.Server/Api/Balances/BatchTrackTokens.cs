namespace Sluice.Server.Api.Balances;

/// <summary>balances.batch_track_tokens: as balances.batch_track, of tokens. Every item is priced before any is recorded.</summary>
internal static class BatchTrackTokens
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        if (BatchTrack.Items(call, out var bodies) is { } notItems) return notItems;
        var asked = bodies.Select(TokensAsked.Read).ToList();
        if (bodies[0].Refusal is { } wrong) return call.Refuse(wrong);
        var items = new List<Tracked>(asked.Count);
        foreach (var one in asked)
        {
            var (tracked, refusal) = await one.Priced(call);
            if (tracked is null) return call.Refuse(refusal!.Of($"items[{items.Count}]"));
            items.Add(tracked);
        }

        return await BatchTrack.Record(call, bodies, items);
    }
}
