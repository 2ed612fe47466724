using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// What becomes of each unit of a batch, told from rows that are locked: the same as if the units were written one after
/// the other and losers left out.
/// </summary>
internal sealed class Verdicts
{
    private readonly Dictionary<(ScopeId, CustomerKey), long> _versions = [];
    private readonly HashSet<(ScopeId, CustomerKey)> _contended = [];
    private readonly Dictionary<ScopeId, long> _catalogs = [];
    private readonly Dictionary<ClaimKey, Standing> _claims = [];
    private readonly Dictionary<CodeKey, long> _codes = [];
    private readonly HashSet<CodeKey> _used = [];

    /// <summary>What becomes of the claims that the winners touch.</summary>
    public IEnumerable<(ClaimKey Key, bool IsStored, Claim? Taken)> Claims => _claims.Where(static pair => pair.Value.IsTouched).Select(static pair => (pair.Key, pair.Value.IsStored, pair.Value.By));

    /// <summary>How often the codes that the winners use were used with them.</summary>
    public IEnumerable<(CodeKey Key, long Used)> Codes => _used.Select(key => (key, _codes[key]));

    /// <param name="contended">Another node wants it, too.</param>
    public void Customer(ScopeId scope, CustomerKey key, long version, bool contended)
    {
        _versions[(scope, key)] = version;
        if (contended) _contended.Add((scope, key));
    }

    public void Catalog(ScopeId scope, long version) => _catalogs[scope] = version;

    public void Claim(ClaimKey key, Instant? expiresAt) => _claims[key] = new Standing(IsStored: true, IsHeld: true, expiresAt, null, IsTouched: false);

    public void Code(CodeKey key, long used) => _codes[key] = used;

    public Fate[] Of(IReadOnlyList<Unit> batch)
    {
        var fates = new Fate[batch.Count];
        var leftOut = new LeftOut();
        for (var at = 0; at < fates.Length; at++)
        {
            fates[at] = leftOut.IsUnder(batch[at]) ? Fate.Overtaken : Judge(batch[at]);
            if (!fates[at].IsCommitted) leftOut.Add(batch[at]);
        }

        return fates;
    }

    private Fate Judge(Unit unit)
    {
        // The customers of a loser are left out of what follows, so their versions need not be put back.
        var moved = unit.CatalogVersion is { } decidedOn && _catalogs.GetValueOrDefault(unit.Changes[0].Scope, -1) != decidedOn;
        var contended = false;
        foreach (var change in unit.Changes)
        {
            var customer = (change.Scope, change.After.Key);
            contended |= _contended.Contains(customer);
            moved |= _versions.GetValueOrDefault(customer) != change.ExpectedVersion;
            _versions[customer] = change.After.Version;
        }

        if (moved) return new Fate(FateKind.Moved, Contended: contended);
        if (unit.Catalog is { } catalog && _catalogs.GetValueOrDefault(catalog.Scope, -1) != catalog.ExpectedVersion) return new Fate(FateKind.Moved);
        if (UsedUp(unit) is { } usedUp) return new Fate(FateKind.UsedUp, UsedUp: usedUp);
        if (Lost(unit) is { } lost) return new Fate(FateKind.ClaimLost, lost);
        foreach (var use in unit.Uses)
        {
            _codes[use.Key] = After(_codes.GetValueOrDefault(use.Key), use);
            _used.Add(use.Key);
        }

        if (unit.Catalog is { } written) _catalogs[written.Scope] = written.ExpectedVersion + 1;
        return Fate.Committed with { Contended = contended };
    }

    // What a unit gives back it may use itself.
    private CodeKey? UsedUp(Unit unit)
    {
        if (unit.Uses.IsEmpty) return null;
        var after = new Dictionary<CodeKey, long>();
        foreach (var use in unit.Uses)
        {
            var used = after.TryGetValue(use.Key, out var changed) ? changed : _codes.GetValueOrDefault(use.Key);
            if (use.Times > 0 && used >= (use.Most ?? long.MaxValue)) return use.Key;
            after[use.Key] = After(used, use);
        }

        return null;
    }

    private static long After(long used, CodeUse use) => use.Times > 0 ? used + 1 : Math.Max(0, used - 1);

    // All of the unit's claims or none.
    private ClaimKey? Lost(Unit unit)
    {
        if (unit.Takes.IsEmpty && unit.Frees.IsEmpty) return null;
        var after = new Dictionary<ClaimKey, Standing>();
        foreach (var key in unit.Frees) after[key] = Now(key) with { IsHeld = false, By = null, IsTouched = true };
        foreach (var claim in unit.Takes)
        {
            var now = after.TryGetValue(claim.Key, out var changed) ? changed : Now(claim.Key);
            if (now.IsHeld && !(now.ExpiresAt <= claim.TakenAt)) return claim.Key;
            after[claim.Key] = now with { IsHeld = true, ExpiresAt = claim.ExpiresAt, By = claim, IsTouched = true };
        }

        foreach (var (key, standing) in after) _claims[key] = standing;
        return null;
    }

    private Standing Now(ClaimKey key) => _claims.GetValueOrDefault(key);

    /// <param name="IsStored">It has a row.</param>
    /// <param name="By">Who took it in this batch.</param>
    private readonly record struct Standing(bool IsStored, bool IsHeld, Instant? ExpiresAt, Claim? By, bool IsTouched);
}
