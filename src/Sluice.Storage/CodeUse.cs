using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What is counted over all customers of a scope. The numbers are stored: never change one.</summary>
public enum CodeKind
{
    /// <summary>A promo code; its owner is a reward.</summary>
    Promo = 1,

    /// <summary>A referral code; its owner is a program, and it goes by the key of the customer who gave it.</summary>
    Referral = 2,
}

public readonly record struct CodeKey(ScopeId Scope, CodeKind Kind, string Owner, string Code);

/// <summary>
/// A code is used with the unit. Counted in its transaction: when another customer was faster to the last use, the unit
/// is not written.
/// </summary>
/// <param name="Times">1, or −1 when a use is given back, which is never refused.</param>
/// <param name="Most">Null = no limit.</param>
public readonly record struct CodeUse(CodeKey Key, int Times, int? Most);
