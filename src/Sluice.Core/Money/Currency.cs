using System.Collections.Frozen;

namespace Sluice.Core;

/// <summary>A currency by its lower-case ISO code ("usd").</summary>
public readonly record struct Currency(string Code)
{
    public static readonly Currency Usd = new("usd");

    private static readonly FrozenSet<string> WithoutDecimals =
        new[] { "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf" }.ToFrozenSet();

    private static readonly FrozenSet<string> WithThreeDecimals = new[] { "bhd", "jod", "kwd", "omr", "tnd" }.ToFrozenSet();

    /// <summary>Decimals of its minor unit: 2 for cents.</summary>
    public int Decimals => WithoutDecimals.Contains(Code) ? 0 : WithThreeDecimals.Contains(Code) ? 3 : 2;

    /// <summary>What can be charged is a multiple of so many minor units: cards know no third decimal.</summary>
    internal long Step => Decimals == 3 ? 10 : 1;

    public override string ToString() => Code;
}
