namespace Sluice.Core;

internal static class Tracking
{
    public static Outcome Track(Customer customer, Catalog catalog, Command.Track command, Instant now) => throw new NotImplementedException();
}
