namespace Sluice.Simulation;

/// <summary>Something that must never happen has happened.</summary>
/// <param name="invariant">In words, the same for every way it can break.</param>
internal sealed class Broken(string invariant, string found, Exception? inner = null) : Exception($"{invariant}: {found}", inner)
{
    public string Invariant => invariant;

    /// <summary>What checkers of other tests found.</summary>
    public static void Watch(string invariant, string who, Action check)
    {
        try
        {
            check();
        }
        catch (Xunit.Sdk.XunitException found)
        {
            throw new Broken(invariant, $"{who}: {found.Message}", found);
        }
    }
}
