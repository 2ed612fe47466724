namespace Sluice.Simulation;

/// <summary>A fault put in on purpose, to see that it is found.</summary>
/// <param name="Finds">The invariant that must be said to be broken.</param>
internal sealed record Sabotage(string Name, string Does, string[] Finds, Action<Faults, Bank> Begin, bool NeverSweeps = false)
{
    public static readonly Sabotage None = new("none", "", [], static (_, _) => { });

    public static readonly Sabotage[] All =
    [
        new("double-charge", "the provider collects a repeated question again", ["nothing is collected twice"], static (_, bank) => bank.ForgetsKeys = true),
        new("lost-commit", "a commit is told as done and never written", ["usage counts exactly once", "the journal gives the customer back", "the journal has no holes", "the engine breaks none of its own rules", "a preview is the invoice to the cent", "nothing due is left undone"], static (faults, _) => faults.LosesCommit = 40),
        new("skipped-period", "nothing runs by itself", ["nothing due is left undone"], static (_, _) => { }, NeverSweeps: true),
    ];
}
