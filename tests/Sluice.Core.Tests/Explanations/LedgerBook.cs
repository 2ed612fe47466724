using System.Collections.Immutable;

namespace Sluice.Core.Tests;

/// <summary>Every balance must be what its ledger adds up to, and each line go on from the one before.</summary>
internal sealed class LedgerBook
{
    private readonly Dictionary<GrantNo, (Quantity Left, Quantity Saved)> _balances = [];

    public void Add(ImmutableArray<LedgerLine> lines)
    {
        foreach (var line in lines)
        {
            var (left, saved) = _balances.GetValueOrDefault(line.Grant.No);
            Assert.Equal((left, saved), (line.Before ?? Quantity.Zero, line.SavedBefore));
            if (line.After is { } after) _balances[line.Grant.No] = (after, line.SavedAfter);
            else _balances.Remove(line.Grant.No);
        }
    }

    public void Check(Customer customer)
    {
        var grants = customer.Own.Grants.Concat(customer.Entities.SelectMany(static entity => entity.Own.Grants)).Where(static grant => !grant.IsShared).ToList();
        Assert.Equal(
            grants.OrderBy(static grant => grant.No.Value).Select(static grant => (grant.No, grant.Balance)),
            _balances.Where(pair => grants.Any(grant => grant.No == pair.Key)).OrderBy(static pair => pair.Key.Value).Select(static pair => (pair.Key, pair.Value.Left)));
    }
}
