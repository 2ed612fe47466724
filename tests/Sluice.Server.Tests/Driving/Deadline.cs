namespace Sluice.Server.Tests.Driving;

/// <summary>Waits end: with what was waited for, or with a test that says what never came.</summary>
internal static class Deadline
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Left to those who are waited for.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    public static async Task<T> InTime<T>(this Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"never came: {what}");
        }
    }

    public static async Task InTime(this Task task, string what)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"never came: {what}");
        }
    }

    /// <summary>Only where nothing tells that the moment has come.</summary>
    public static Task Until(Func<bool> come, string what, ManualTime? clock = null) => Until(() => Task.FromResult(come()), what, clock);

    /// <param name="clock">Goes on by a second whenever it has not come yet: for what happens by the clock.</param>
    public static async Task Until(Func<Task<bool>> come, string what, ManualTime? clock = null)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!await come())
        {
            if (Environment.TickCount64 > end) throw new TimeoutException($"never came: {what}");
            clock?.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(Breath);
        }
    }
}
