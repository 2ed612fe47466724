using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>The end of the server: what was accepted is written, unless the store stands still.</summary>
internal static class Stopping
{
    public const string WithoutCommit = "A commit stands still, and Sluice ends without it. What was not answered may or may not have been written: repeat it with the same idempotency key.";

    // Requests have had their time; where the store works at all, what they left behind is a matter of milliseconds.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>False: a commit has not come back.</summary>
    public static async Task<bool> Written(Committer committer)
    {
        try
        {
            await committer.StopAsync().WaitAsync(Patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
