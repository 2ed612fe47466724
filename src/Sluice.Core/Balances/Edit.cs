using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Several changes of one command: each sees what the ones before did; all of them are stored together or not at all.</summary>
internal sealed class Edit(Subject subject, Instant now)
{
    public Subject Current { get; private set; } = subject;

    public ImmutableArray<CustomerEvent>.Builder Events { get; } = ImmutableArray.CreateBuilder<CustomerEvent>();

    /// <returns>The refusal, when it is one.</returns>
    public Refusal? Add(Outcome outcome)
    {
        if (outcome.Refusal is { } refusal) return refusal;
        var customer = Current.Customer;
        foreach (var happened in outcome.Events) customer = CustomerState.Apply(customer, happened, now);
        Current = new Subject(customer, Current.Entity is { } entity ? customer.Entities.Find(entity.No) : null);
        Events.AddRange(outcome.Events);
        return null;
    }
}
