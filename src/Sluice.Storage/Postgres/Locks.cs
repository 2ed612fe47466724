namespace Sluice.Storage;

/// <summary>Advisory locks that nodes take: pairs of one of these spaces and a number.</summary>
internal static class Locks
{
    /// <summary>Things of which there is one.</summary>
    public const int Space = 0x51CE;

    /// <summary>With a scope's number: its catalog, shared while commits rely on it and alone while it is changed.</summary>
    public const int Catalog = 0x51CF;

    /// <summary>With a number made of a customer's: whose turn it is.</summary>
    public const int Turn = 0x51D0;

    /// <summary>With a number made of a customer's: whose call of billing is under way.</summary>
    public const int Billing = 0x51D1;

    public const int Migration = 1;
    public const int Start = 2;
    public const int Retention = 3;
}
