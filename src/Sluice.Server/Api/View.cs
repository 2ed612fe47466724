using Sluice.Core;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api;

/// <summary>What bodies are shown by: whose environment, which catalog, and what time it is.</summary>
internal class View(Scope scope, Instant now)
{
    public Scope Scope => scope;

    public Catalog Catalog => scope.Catalog;

    /// <summary>Of a request its only clock reading.</summary>
    public Instant Now => now;

    /// <summary>What time it is for a customer: its own, where that stands still.</summary>
    public Instant NowOf(Customer customer) => customer.Moment(Now);
}
