using System.Collections.Frozen;

namespace Sluice.Core;

/// <summary>A currency by its lower-case ISO code ("usd").</summary>
public readonly record struct Currency(string Code)
{
    public static readonly Currency Usd = new("usd");

    private static readonly FrozenSet<string> WithoutDecimals =
        new[] { "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf" }.ToFrozenSet();

    private static readonly FrozenSet<string> WithThreeDecimals = new[] { "bhd", "jod", "kwd", "omr", "tnd" }.ToFrozenSet();

    private static readonly FrozenSet<string> Known = """
        aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp
        etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga
        mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd
        std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xcg xof xpf yer zar zmw
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    /// <summary>Cards can be charged in it.</summary>
    public bool IsKnown => Known.Contains(Code);

    /// <summary>Decimals of its minor unit: 2 for cents.</summary>
    public int Decimals => WithoutDecimals.Contains(Code) ? 0 : WithThreeDecimals.Contains(Code) ? 3 : 2;

    /// <summary>What can be charged is a multiple of so many minor units: cards know no third decimal.</summary>
    internal long Step => Decimals == 3 ? 10 : 1;

    public override string ToString() => Code;
}
