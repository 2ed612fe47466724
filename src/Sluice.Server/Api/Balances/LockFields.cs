using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>The field lock of a check or track: the usage is held until it is finalized.</summary>
internal static class LockFields
{
    private const int LongestId = 256;

    /// <summary>The hold, and what happens to what does not fit: refused, unless the lock says otherwise.</summary>
    public static (HoldTerms? Terms, OverageBehavior Overage) Read(Body body)
    {
        if (body.Object("lock") is not { } asked) return (null, OverageBehavior.Reject);
        if (asked.Flag("enabled") != true) asked.Fault("enabled", "must be true");
        var id = asked.RequiredText("lock_id");
        if (id.Length > LongestId) asked.Fault("lock_id", $"may have at most {LongestId} characters");
        return (new HoldTerms(id, asked.Moment("expires_at")), asked.Choice("overage_behavior", Words.Overage) ?? OverageBehavior.Reject);
    }
}
