using System.Globalization;
using System.Runtime.InteropServices;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The daily sums of the usage in a batch, gathered while it is written and put into the table once.</summary>
internal sealed class DaySums
{
    private readonly Dictionary<(int Scope, long Day, long Customer, string Feature), (long Count, decimal Sum)> _sums = [];

    public IReadOnlyCollection<KeyValuePair<(int Scope, long Day, long Customer, string Feature), (long Count, decimal Sum)>> All => _sums;

    public void Add(ScopeId scope, CustomerKey customer, UsageColumns usage)
    {
        if (!usage.Listed) return;
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (scope.Value, Day.Of(usage.UsedAt), customer.Value, usage.Feature), out _);
        sum = (sum.Count + 1, sum.Sum + usage.Value.Value);
    }

    /// <summary>A deleted customer's sums go with its journal.</summary>
    public void Erase(ScopeId scope, CustomerKey customer)
    {
        foreach (var key in _sums.Keys.Where(key => key.Scope == scope.Value && key.Customer == customer.Value).ToList()) _sums.Remove(key);
    }
}
