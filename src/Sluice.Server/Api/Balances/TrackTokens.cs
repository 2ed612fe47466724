namespace Sluice.Server.Api.Balances;

/// <summary>balances.track_tokens: tokens of a model become a track of an AI credit system, at what they cost in USD.</summary>
internal static class TrackTokens
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var asked = TokensAsked.Read(body);
        var options = TrackOptions.Read(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await Customers.Newcomers.Make(call, body) is { } notMade) return notMade;
        var (tracked, refusal) = await asked.Priced(call);
        return tracked is null ? call.Refuse(refusal!) : await Track.Record(call, tracked, options);
    }
}
