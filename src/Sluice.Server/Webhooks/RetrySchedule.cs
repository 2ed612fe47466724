namespace Sluice.Server.Webhooks;

/// <summary>When a message is tried again: nine attempts within 27 h 35 min and up to a tenth more, then it is parked.</summary>
internal static class RetrySchedule
{
    /// <summary>The waits after the first, second … attempt.</summary>
    public static readonly IReadOnlyList<TimeSpan> Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(10),
    ];

    /// <summary>Null when that was the last attempt.</summary>
    /// <param name="attempts">Made so far.</param>
    /// <param name="chance">From 0 to 1: so much of a tenth is added, so that many messages that failed together do not come together.</param>
    public static TimeSpan? After(int attempts, double chance) => attempts > Waits.Count ? null : Waits[attempts - 1] * (1 + (chance / 10));
}
