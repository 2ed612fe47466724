using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The licences of one plan that one held plan of the customer offers.</summary>
/// <param name="License">The plan handed out.</param>
/// <param name="Parent">The held plan that offers it.</param>
/// <param name="Granted">How many entities may have it.</param>
/// <param name="Usage">How many have it. More than granted when a plan that offered more was replaced.</param>
public sealed record LicensePool(PlanId License, PlanId Parent, int Granted, int Usage)
{
    public int Remaining => Math.Max(0, Granted - Usage);
}

/// <summary>
/// Licences: plans that a customer hands out to its entities, one by one, from the number that its own plans offer. An
/// entity holds such a plan as any other plan of its own.
/// </summary>
public static class Licenses
{
    /// <summary>In the order the offering plans are held. What is handed out fills the first pool of a plan first.</summary>
    public static ImmutableArray<LicensePool> Pools(Customer customer, Catalog catalog)
    {
        var pools = ImmutableArray.CreateBuilder<LicensePool>();
        foreach (var (parent, license) in Offered(customer, catalog))
            pools.Add(new LicensePool(license.Plan, parent.Plan, license.Included * parent.Quantity, 0));
        foreach (var same in Enumerable.Range(0, pools.Count).GroupBy(at => pools[at].License).ToList())
        {
            var left = Assigned(customer, same.Key).Count();
            foreach (var at in same)
            {
                var used = at == same.Last() ? left : Math.Min(left, pools[at].Granted);
                pools[at] = pools[at] with { Usage = used };
                left -= used;
            }
        }

        return pools.DrainToImmutable();
    }

    /// <summary>Hands the plan out to each of the entities, all or none; an entity that is not there yet is created when its feature is said.</summary>
    internal static Outcome Assign(Customer customer, Catalog catalog, Command.AssignLicenses command, Instant now)
    {
        if (catalog.Plan(command.Plan) is null) return new Refusal(RefusalCode.PlanNotFound, $"Plan {command.Plan} does not exist.");
        var pools = Pools(customer, catalog).RemoveAll(pool => pool.License != command.Plan);
        if (pools.IsEmpty) return new Refusal(RefusalCode.InvalidRequest, $"No plan of the customer offers licences of plan {command.Plan}: attach one that does.");
        var (granted, used) = (pools.Sum(static pool => pool.Granted), pools.Sum(static pool => pool.Usage));
        if (command.Entities.Length > granted - used)
            return new Refusal(RefusalCode.InvalidRequest, $"{Math.Max(0, granted - used)} of {granted} licences of plan {command.Plan} are left: release some, or attach a plan that offers more.");

        var edit = new Edit(new Subject(customer), now);
        foreach (var (id, name, feature) in command.Entities)
        {
            if (edit.Current.Customer.Entities.Find(id) is null)
            {
                if (feature is not { } ofFeature) return Decider.NoSuchEntity(id);
                if (edit.Add(EntityLifecycle.Create(edit.Current.Customer, catalog, new Command.CreateEntity(id, name, ofFeature, null), now)) is { } notCreated) return notCreated;
            }

            var attached = Attaching.Attach(
                edit.Current.Customer.Subject(id), catalog, new Command.Attach(command.Plan, null, ImmutableDictionary<FeatureId, Quantity>.Empty, NoBillingChanges: true, null), now);
            if (edit.Add(attached with { Events = AsLicense(attached.Events) }) is { } refusal) return refusal;
        }

        return new Outcome(edit.Events.DrainToImmutable());
    }

    /// <summary>Takes licences back from entities, all or none.</summary>
    internal static Outcome Release(Customer customer, Command.ReleaseLicenses command, Instant now)
    {
        var edit = new Edit(new Subject(customer), now);
        foreach (var id in command.Entities)
        {
            if (edit.Current.Customer.Entities.Find(id) is not { } entity) return Decider.NoSuchEntity(id);
            var held = entity.Own.Subscriptions.Where(held => held.IsLicense && (command.Plan is not { } plan || held.Plan == plan)).ToList();
            if (held.Count == 0) return new Refusal(RefusalCode.NotFound, command.Plan is { } of ? $"Entity {id} has no licence of plan {of}." : $"Entity {id} has no licence.");
            foreach (var one in held) edit.Add(EntityLifecycle.End(edit.Current.Customer, one));
        }

        return new Outcome(edit.Events.DrainToImmutable());
    }

    /// <summary>
    /// A plan of the customer ended: licences that no plan of it offers any more end with it. Those that another one
    /// offers stay, also where it offers fewer.
    /// </summary>
    /// <param name="customer">After the end.</param>
    internal static ImmutableArray<CustomerEvent> AfterEnd(Customer customer, Catalog catalog, Subscription ended, Instant now)
    {
        if (catalog.Plan(ended.Plan, ended.Version)?.Licenses is not { } licenses) return [];
        var offered = Offered(customer, catalog).Select(static pair => pair.License.Plan).ToHashSet();
        var edit = new Edit(new Subject(customer), now);
        foreach (var license in licenses.Offers.Where(license => !offered.Contains(license.Plan)))
        {
            foreach (var held in Assigned(customer, license.Plan)) edit.Add(EntityLifecycle.End(edit.Current.Customer, held));
        }

        return edit.Events.DrainToImmutable();
    }

    private static IEnumerable<(Subscription Parent, License License)> Offered(Customer customer, Catalog catalog) =>
        from held in customer.Subscriptions
        from license in catalog.Plan(held.Plan, held.Version)?.Licenses?.Offers ?? []
        select (held, license);

    private static IEnumerable<Subscription> Assigned(Customer customer, PlanId plan) =>
        customer.Entities.SelectMany(entity => entity.Own.Subscriptions.Where(held => held.IsLicense && held.Plan == plan));

    private static ImmutableArray<CustomerEvent> AsLicense(ImmutableArray<CustomerEvent> events) =>
        [.. events.Select(happened => happened is CustomerEvent.PlanAttached attached ? attached with { Subscription = attached.Subscription with { IsLicense = true } } : happened)];
}
