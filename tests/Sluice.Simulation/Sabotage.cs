namespace Sluice.Simulation;

/// <summary>A fault put in on purpose, to see that it is found.</summary>
/// <param name="Breaks">The invariant that must be said to be broken; null where it depends on the story which of them breaks first.</param>
internal sealed record Sabotage(string Name, string Does, string? Breaks, Action<Faults, Bank> Begin, bool NeverSweeps = false)
{
    public static readonly Sabotage None = new("none", "", null, static (_, _) => { });

    public static readonly Sabotage[] All =
    [
        new("double-charge", "the provider collects a repeated question again", "nothing is collected twice", static (_, bank) => bank.ForgetsKeys = true),
        new("lost-commit", "a commit is told as done and never written", null, static (faults, _) => faults.LosesCommit = 40),
        new("skipped-period", "nothing runs by itself", "nothing due is left undone", static (_, _) => { }, NeverSweeps: true),
    ];
}
