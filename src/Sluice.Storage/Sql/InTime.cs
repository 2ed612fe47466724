namespace Sluice.Storage;

/// <summary>What a database is asked is not waited for without end, even where its driver would.</summary>
internal static class InTime
{
    /// <summary>What the task gives, unless that takes too long: then it is left to itself, and what it gives after all is disposed.</summary>
    /// <param name="patience">Null = without end.</param>
    /// <exception cref="IOException">It did not end in time.</exception>
    public static async Task<T> Of<T>(Task<T> asked, TimeSpan? patience)
    {
        try
        {
            return await asked.WaitAsync(patience ?? Timeout.InfiniteTimeSpan);
        }
        catch (TimeoutException) when (!asked.IsCompleted)
        {
            _ = Forget(asked);
            throw Over();
        }
    }

    public static IOException Over() => new("The database did not answer in time.");

    private static async Task Forget<T>(Task<T> asked)
    {
        try
        {
            if (await asked is IAsyncDisposable late) await late.DisposeAsync();
        }
        catch (Exception)
        {
            // Whoever asked was told that it failed.
        }
    }
}
