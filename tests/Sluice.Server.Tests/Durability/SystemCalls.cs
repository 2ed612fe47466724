using System.Text.RegularExpressions;

namespace Sluice.Server.Tests.Durability;

/// <summary>What the server did, in the order in which the kernel saw it: log written, log synced, answer sent.</summary>
internal static partial class SystemCalls
{
    internal enum Step
    {
        LogWritten,
        LogSynced,
        AnswerSent,
    }

    /// <summary>A write or an answer counts from its beginning, a sync from its end: nothing in between can hide.</summary>
    public static IEnumerable<Step> Read(IEnumerable<string> lines)
    {
        var syncing = new HashSet<string>();
        foreach (var line in lines)
        {
            if (Call.Match(line) is not { Success: true } call) continue;
            var (thread, name, rest) = (call.Groups[1].Value, call.Groups[2].Value, call.Groups[3].Value);
            if (name is "fdatasync" or "fsync")
            {
                if (!rest.Contains("-wal>", StringComparison.Ordinal)) continue;
                if (rest.Contains("<unfinished", StringComparison.Ordinal)) syncing.Add(thread);
                else if (rest.EndsWith("= 0", StringComparison.Ordinal)) yield return Step.LogSynced;
            }
            else if (name.StartsWith("<...", StringComparison.Ordinal))
            {
                if (name.Contains("sync resumed", StringComparison.Ordinal) && syncing.Remove(thread) && rest.EndsWith("= 0", StringComparison.Ordinal)) yield return Step.LogSynced;
            }
            else if (rest.Contains("-wal>", StringComparison.Ordinal))
            {
                yield return Step.LogWritten;
            }
            else if (rest.Contains("HTTP/1.1 2", StringComparison.Ordinal))
            {
                yield return Step.AnswerSent;
            }
        }
    }

    // "1234  pwrite64(12</data/sluice.db-wal>, ..." and "1234  <... fdatasync resumed>) = 0"
    [GeneratedRegex(@"^(\d+)\s+(<\.\.\. \w+ resumed>|\w+)(.*)$")]
    private static partial Regex Call { get; }
}
