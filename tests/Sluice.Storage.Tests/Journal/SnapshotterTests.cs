namespace Sluice.Storage.Tests;

public sealed class SnapshotterTests
{
    [Theory]
    [InlineData(65_536, 0, false)]
    [InlineData(65_537, 0, true)]
    [InlineData(65_537, 1_000, true)]
    [InlineData(100_000, 100_000, false)]
    [InlineData(100_001, 100_000, true)]
    public void A_snapshot_is_due_when_the_tail_outweighs_the_last_one_and_64_KB(long tail, long snapshot, bool due) =>
        Assert.Equal(due, Snapshotter.SnapshotDue(tail, snapshot));
}
