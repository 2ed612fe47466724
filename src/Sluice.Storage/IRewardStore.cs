using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Codes with which customers bring customers, who was brought, and who is still to be rewarded for it.</summary>
public interface IRewardStore
{
    /// <summary>How often a code was used, by all customers together.</summary>
    ValueTask<long> CodeUses(CodeKey key);

    /// <summary>The customer's code for a program, whoever asks first and however often; made from the first candidate that nobody has.</summary>
    ValueTask<ReferralCode> ReferralCodeOf(ScopeId scope, CustomerKey customer, string program, Func<string> candidate, Instant now);

    ValueTask<ReferralCode?> FindReferralCode(ScopeId scope, string code);

    ValueTask<StoredReferral?> FindReferral(ScopeId scope, CustomerKey customer, string program);

    /// <summary>Whom a customer brought, oldest first.</summary>
    ValueTask<IReadOnlyList<StoredReferral>> ReferralsBy(ScopeId scope, CustomerKey referrer, int limit);

    /// <summary>For whose coming somebody is to be rewarded at <paramref name="now"/>, oldest first; nobody else gets them until <paramref name="until"/>.</summary>
    ValueTask<IReadOnlyList<StoredReferral>> LeaseEarnedReferrals(Instant now, Instant until, int limit);

    /// <summary>Nobody is to be rewarded for it any more.</summary>
    /// <param name="rewarded">They were; false = it was given up.</param>
    ValueTask EndReferral(StoredReferral referral, bool rewarded);

    /// <summary>To be tried again.</summary>
    ValueTask PutOffReferral(StoredReferral referral, Instant dueAt);
}

public sealed record ReferralCode(string Code, string Program, CustomerKey Customer, Instant CreatedAt);

/// <param name="Customer">Who was brought.</param>
/// <param name="Tries">How often rewarding somebody for it was put off.</param>
public sealed record StoredReferral(ScopeId Scope, CustomerKey Customer, string Program, CustomerKey Referrer, Instant CreatedAt, bool Rewarded, bool IsDue, int Tries = 0);
