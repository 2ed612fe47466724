namespace Sluice.Simulation;

/// <summary>Tokens of one customer, counted a second time from what was answered: they never run below zero, and no use is lost or taken twice.</summary>
internal sealed class Purse
{
    public const int Given = 1_000;

    private readonly Queue<(string Id, int Value)> _holds = new();

    public int Left { get; private set; } = Given;

    public bool Fits(int value) => value <= Left;

    /// <summary>What is taken of it.</summary>
    public void Take(int value, bool caps) => Left -= caps ? Math.Min(value, Left) : value;

    public void Hold(string id, int value)
    {
        Left -= value;
        _holds.Enqueue((id, value));
    }

    public (string Id, int Value)? Held => _holds.TryPeek(out var hold) ? hold : null;

    /// <summary>What was not used of it comes back.</summary>
    public void Settle(int used) => Left += _holds.Dequeue().Value - used;

    /// <summary>Nobody settled it in time: it stays used.</summary>
    public void Lapse() => _holds.Dequeue();
}
