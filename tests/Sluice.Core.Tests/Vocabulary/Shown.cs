namespace Sluice.Core.Tests;

/// <summary>What an answer must show; what is not named is not looked at.</summary>
internal static class Shown
{
    public static Balance Shows(this Balance? balance, decimal? granted = null, decimal? remaining = null, decimal? usage = null)
    {
        Assert.NotNull(balance);
        if (granted is { } g) Assert.Equal(g, balance.Granted.Value);
        if (remaining is { } r) Assert.Equal(r, balance.Remaining.Value);
        if (usage is { } u) Assert.Equal(u, balance.Usage.Value);
        return balance;
    }

    public static TrackAnswer Shows(this TrackAnswer answer, decimal? granted = null, decimal? remaining = null, decimal? usage = null)
    {
        answer.Balance.Shows(granted, remaining, usage);
        return answer;
    }

    /// <summary>What is left of each grant, never below zero, in the order of drawing.</summary>
    public static Balance Rows(this Balance? balance, params decimal[] remaining)
    {
        Assert.NotNull(balance);
        Assert.Equal(remaining, balance.Rows.Select(row => row.Remaining.Value));
        return balance;
    }

    /// <summary>The signed balance of each grant, in the order of drawing.</summary>
    public static Balance Signed(this Balance? balance, params decimal[] balances)
    {
        Assert.NotNull(balance);
        Assert.Equal(balances, balance.Rows.Select(row => row.Balance.Value));
        return balance;
    }

    public static TrackAnswer Drew(this TrackAnswer answer, params decimal[] amounts)
    {
        Assert.Equal(amounts, answer.Draws.Select(draw => draw.Amount.Value));
        return answer;
    }

    public static TrackAnswer Drew(this TrackAnswer answer, params (string Feature, decimal Amount)[] draws)
    {
        Assert.Equal(draws, answer.Draws.Select(draw => (draw.Feature.Value, draw.Amount.Value)));
        return answer;
    }

    /// <summary>The answer's balance is that of this feature (null: it has none).</summary>
    public static TrackAnswer AnswersWith(this TrackAnswer answer, string? feature)
    {
        Assert.Equal(feature, answer.Balance?.Feature.Value);
        return answer;
    }

    public static CheckAnswer Is(this CheckAnswer answer, bool allowed, AccessRule? rule = null)
    {
        Assert.Equal(allowed, answer.Allowed);
        if (rule is { } expected) Assert.Equal(expected, answer.Rule);
        return answer;
    }

    public static void Says(this Refusal refusal, RefusalCode code, string? part = null)
    {
        Assert.Equal(code, refusal.Code);
        if (part is not null) Assert.Contains(part, refusal.Message);
    }
}
