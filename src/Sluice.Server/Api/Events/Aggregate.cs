using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Storage;

namespace Sluice.Server.Api.Events;

/// <summary>events.aggregate: usage in bins of time, by feature and, when asked, by group.</summary>
internal static class Aggregate
{
    private const int DefaultGroups = 9;
    private const int MaxGroups = 250;
    private const int MaxFilters = 5;

    private static readonly FrozenDictionary<string, BinSize> BinSizes = new Dictionary<string, BinSize>
    {
        ["hour"] = BinSize.Hour, ["day"] = BinSize.Day, ["week"] = BinSize.Week, ["month"] = BinSize.Month,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, bool> AggregateOn = new Dictionary<string, bool> { ["deducted"] = true }.ToFrozenDictionary();

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.Text("customer_id", minLength: 1);
        var range = UsageRange.Read(body);
        var features = body.Texts("feature_id", orOne: true) ?? [];
        if (features.Count == 0) body.Fault("feature_id", "name one feature or more");
        var size = body.Choice("bin_size", BinSizes);
        var grouping = Grouping.Read(body);
        var onDeducted = body.Choice("aggregate_on", AggregateOn) ?? false;
        var filters = Filter.Read(body, MaxFilters);
        var groups = body.WholeNumber("max_groups", min: 1, max: MaxGroups) ?? DefaultGroups;
        var entityId = EntityFields.Id(body);
        if (onDeducted && customerId is null) body.Fault("customer_id", "is required with aggregate_on");
        if (onDeducted && !filters.IsEmpty) body.Fault("filter_by", "cannot be joined with aggregate_on");
        if (onDeducted && grouping?.Kind == GroupKind.Plan) body.Fault("group_by", "$plan_id cannot be joined with aggregate_on");
        if (!onDeducted && grouping?.Kind == GroupKind.TrackedFeature) body.Fault("group_by", "$feature_id needs aggregate_on");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        Customer? customer = null;
        if (customerId is not null && (customer = await call.Read(customerId)) is null) return call.NoSuchCustomer(customerId);
        var bins = range.Bins(customer, call.Catalog, call.Now, size);
        if (bins.Count() > Bins.Max) return call.Refuse(RefusalCode.InvalidInputs, "bin_size: too many bins for so long a range; choose a larger bin_size.");

        var asked = new UsageAsked(bins, [.. features.Distinct()], customer?.Key, grouping, filters, groups, entityId);
        return onDeducted
            ? Answer.Ok(await DeductedUsage.Sum(call, asked, customer!), ApiJson.Default.AggregateBody)
            : Answer.Ok(await TrackedUsage.Sum(call, asked), ApiJson.Default.AggregateBody);
    }
}

/// <summary>What is to be added up.</summary>
/// <param name="Features">Each once, in the order asked for.</param>
/// <param name="Entity">Recorded for the entity of this id.</param>
internal sealed record UsageAsked(Bins Bins, ImmutableArray<string> Features, CustomerKey? Customer, Grouping? Grouping, Filter Filter, int MaxGroups, string? Entity);
