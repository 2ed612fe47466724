namespace Sluice.Storage;

/// <summary>
/// What a database is asked is not waited for without end, even where its driver would. What takes too long is taken back by a message to
/// the server, and Npgsql waits until that is told; a server that stands still whole does not listen.
/// </summary>
internal static class InTime
{
    // For so long beyond its time something is waited for that is being taken back.
    private const int TellSeconds = 5;

    /// <summary>What the task gives, unless that takes too long: then it is left to itself, and what it gives after all is disposed.</summary>
    /// <param name="seconds">What it was given; 0 = it is waited for without end.</param>
    /// <exception cref="IOException">It did not end in time.</exception>
    public static Task<T> Of<T>(Task<T> asked, int seconds) => seconds == 0 ? asked : Waited(asked, Patience(seconds));

    /// <summary>How long something is waited for that was given so many seconds.</summary>
    public static TimeSpan Patience(int seconds) => TimeSpan.FromSeconds(seconds + TellSeconds);

    public static IOException Over() => new("The database did not answer in time.");

    private static async Task<T> Waited<T>(Task<T> asked, TimeSpan patience)
    {
        try
        {
            return await asked.WaitAsync(patience);
        }
        catch (TimeoutException) when (!asked.IsCompleted)
        {
            _ = Forget(asked);
            throw Over();
        }
    }

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
