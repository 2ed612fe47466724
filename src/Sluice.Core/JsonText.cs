namespace Sluice.Core;

/// <summary>JSON that is stored and given back whole and never read here: a part of the contract built later, or the caller's own.</summary>
public readonly record struct JsonText(string Value)
{
    public override string ToString() => Value;
}
