using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What is billed of a held plan, and how one that is planned begins.</summary>
internal static class PlanFormat
{
    /// <summary>Members of a held plan; none when nothing of it is billed.</summary>
    public static void WriteBilling(Utf8JsonWriter to, Subscription held)
    {
        CatalogFormat.WritePrice(to, held.Price);
        to.Flag("custom"u8, held.IsCustom);
        to.Flag("ignore_past_due"u8, held.IgnorePastDue);
        if (held.Cycle is { } cycle) to.WriteNumber("cycle"u8, cycle.Value);
        to.Moment("anchor"u8, held.Anchor);
        HoldingsFormat.WriteList(to, "runs"u8, held.Runs, WriteRun);
        if (held.NetTermsDays is { } days) to.WriteNumber("net_terms_days"u8, days);
        to.Exact("tax_rate"u8, held.TaxRate);
        to.Moment("trial_end"u8, held.TrialEnd);
        to.Moment("canceled_at"u8, held.CanceledAt);
        to.Moment("ends_at"u8, held.EndsAt);
        to.Flag("past_due"u8, held.PastDue);
        to.Flag("awaits_payment"u8, held.AwaitsPayment);
        if (held.PausedFor is { } other) to.WriteNumber("paused_for"u8, other.Value);
        HoldingsFormat.WriteList(to, "aside"u8, held.Aside, HoldingsFormat.WriteGrant);
        HoldingsFormat.WriteList(to, "upcoming"u8, held.Upcoming, WriteUpcoming);
        HoldingsFormat.WriteList(to, "deferred"u8, held.Deferred, WriteDraft);
        if (held.Incoming is { } incoming) WriteIncoming(to, incoming);
    }

    public static Subscription ReadBilling(JsonElement from, Terms terms, Subscription held) => held with
    {
        Price = CatalogFormat.ReadPrice(from),
        IsCustom = from.Flag("custom"u8),
        IgnorePastDue = from.Flag("ignore_past_due"u8),
        Cycle = from.NumberOrNone("cycle"u8) is { } cycle ? new CycleNo(cycle) : null,
        Anchor = from.MomentOrNone("anchor"u8),
        Runs = from.List("runs"u8, ReadRun),
        NetTermsDays = from.NumberOrNone("net_terms_days"u8),
        TaxRate = from.ExactOrNone("tax_rate"u8),
        TrialEnd = from.MomentOrNone("trial_end"u8),
        CanceledAt = from.MomentOrNone("canceled_at"u8),
        EndsAt = from.MomentOrNone("ends_at"u8),
        PastDue = from.Flag("past_due"u8),
        AwaitsPayment = from.Flag("awaits_payment"u8),
        PausedFor = HeldOrNone(from, "paused_for"u8),
        Aside = from.List("aside"u8, grant => HoldingsFormat.ReadGrant(grant, terms)),
        Upcoming = from.List("upcoming"u8, ReadUpcoming),
        Deferred = from.List("deferred"u8, ReadDraft),
        Incoming = from.TryGetProperty("incoming"u8, out var incoming) ? ReadIncoming(incoming, terms) : null,
    };

    public static void WriteRun(Utf8JsonWriter to, PriceRun run)
    {
        to.WriteStartObject();
        WriteGrantNo(to, "item"u8, run.Item);
        WritePeriod(to, run.Period);
        to.Money("charged"u8, run.Charged);
        if (run.Invoice is { } invoice) to.WriteNumber("invoice"u8, invoice.Value);
        to.WriteEndObject();
    }

    public static PriceRun ReadRun(JsonElement from) => new(
        GrantOrNone(from, "item"u8), ReadPeriod(from)!.Value, from.Money("charged"u8), from.NumberOrNone("invoice"u8) is { } invoice ? new InvoiceNo(invoice) : null);

    public static void WriteUpcoming(Utf8JsonWriter to, Upcoming change)
    {
        to.WriteStartObject();
        to.WriteNumber("item"u8, change.Item.Value);
        to.Amount("prepaid"u8, change.Prepaid);
        to.WriteEndObject();
    }

    public static Upcoming ReadUpcoming(JsonElement from) => new(new GrantNo(from.Number("item"u8)), from.Amount("prepaid"u8));

    public static void WriteDraft(Utf8JsonWriter to, DraftLine line)
    {
        to.WriteStartObject();
        to.Text("kind"u8, Words.Of(line.Kind));
        to.Text("name"u8, line.Name);
        to.Text("description"u8, line.Description);
        to.Exact("amount"u8, line.Amount);
        InvoiceFormat.WriteOf(to, line.Plan, line.Subscription, line.Entity, line.Item, line.Feature, line.Quantity, line.Period);
        to.WriteEndObject();
    }

    public static DraftLine ReadDraft(JsonElement from) => new(
        Words.ToLineKind(from.Text("kind"u8)), from.Text("name"u8), from.Text("description"u8), from.ExactOrNone("amount"u8)!.Value,
        from.PlanOrNone("plan"u8), HeldOrNone(from, "subscription"u8), HoldingsFormat.ReadEntityNo(from, "entity"u8), GrantOrNone(from, "item"u8), from.FeatureOrNone("feature"u8),
        from.Amount("quantity"u8), ReadPeriod(from));

    public static void WriteChange(Utf8JsonWriter to, PlanChange change)
    {
        to.WriteStartObject();
        to.WriteNumber("invoice"u8, change.Invoice.Value);
        to.WriteNumber("subscription"u8, change.Subscription.Value);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, change.Entity);
        HoldingsFormat.WriteList(to, "bought"u8, change.Bought, WriteUpcoming);
        HoldingsFormat.WriteList(to, "runs"u8, change.Runs, WriteRun);
        HoldingsFormat.WriteList(to, "upcoming"u8, change.Upcoming, WriteUpcoming);
        HoldingsFormat.WriteList(to, "deferred"u8, change.Deferred, WriteDraft);
        if (change.TopUp is { } topUp)
        {
            to.WriteStartObject("top_up"u8);
            to.WriteNumber("item"u8, topUp.Item.Value);
            to.Text("feature"u8, topUp.Feature.Value);
            to.Amount("units"u8, topUp.Units);
            to.Flag("auto"u8, topUp.IsAuto);
            if (topUp.Run is { } run)
            {
                to.WritePropertyName("run"u8);
                WriteRun(to, run);
            }

            to.WriteEndObject();
        }

        to.WriteEndObject();
    }

    public static PlanChange ReadChange(JsonElement from) => new(
        new InvoiceNo(from.Number("invoice"u8)), new SubscriptionNo(from.Number("subscription"u8)), HoldingsFormat.ReadEntityNo(from, "entity"u8),
        from.List("bought"u8, ReadUpcoming), from.List("runs"u8, ReadRun), from.List("upcoming"u8, ReadUpcoming), from.List("deferred"u8, ReadDraft))
    {
        TopUp = from.TryGetProperty("top_up"u8, out var topUp)
            ? new TopUp(new GrantNo(topUp.Number("item"u8)), topUp.Feature("feature"u8), topUp.Amount("units"u8), topUp.Flag("auto"u8))
            {
                Run = topUp.TryGetProperty("run"u8, out var run) ? ReadRun(run) : null,
            }
            : null,
    };

    /// <summary>Nothing when there is no period.</summary>
    public static void WritePeriod(Utf8JsonWriter to, BillingPeriod? period)
    {
        to.Moment("start"u8, period?.Start);
        to.Moment("end"u8, period?.End);
    }

    public static BillingPeriod? ReadPeriod(JsonElement from) => from.MomentOrNone("start"u8) is { } start ? new BillingPeriod(start, from.Moment("end"u8)) : null;

    public static void WriteGrantNo(Utf8JsonWriter to, ReadOnlySpan<byte> name, GrantNo? grant)
    {
        if (grant is { } no) to.WriteNumber(name, no.Value);
    }

    public static GrantNo? GrantOrNone(JsonElement from, ReadOnlySpan<byte> name) => from.NumberOrNone(name) is { } no ? new GrantNo(no) : null;

    public static SubscriptionNo? HeldOrNone(JsonElement from, ReadOnlySpan<byte> name) => from.NumberOrNone(name) is { } no ? new SubscriptionNo(no) : null;

    public static void WriteCarry(Utf8JsonWriter to, ReadOnlySpan<byte> name, CarryOver carry)
    {
        if (!carry.Enabled) return;
        to.WriteStartArray(name);
        foreach (var feature in carry.Features) to.WriteStringValue(feature.Value);
        to.WriteEndArray();
    }

    public static CarryOver ReadCarry(JsonElement from, ReadOnlySpan<byte> name) =>
        from.TryGetProperty(name, out _) ? new CarryOver(true, from.List(name, static feature => new FeatureId(feature.GetString()!))) : CarryOver.Nothing;

    private static void WriteIncoming(Utf8JsonWriter to, Incoming incoming)
    {
        to.WriteStartObject("incoming"u8);
        to.Moment("starts_at"u8, incoming.StartsAt);
        if (incoming.Invoice is { } invoice) to.WriteNumber("invoice"u8, invoice.Value);
        HoldingsFormat.WriteList(to, "items"u8, incoming.Items, TermsFormat.WriteReference);
        HoldingsFormat.WriteList(to, "bought"u8, incoming.Bought, static (to, bought) => to.WriteNumberValue(bought.Value));
        to.Flag("clears"u8, incoming.Clears);
        HoldingsFormat.WriteList(to, "removes"u8, incoming.Removes, static (to, removed) => to.WriteNumberValue(removed.Value));
        if (incoming.Replaces is { } replaced) to.WriteNumber("replaces"u8, replaced.Value);
        WriteCarry(to, "carry_balances"u8, incoming.CarryBalances);
        WriteCarry(to, "carry_usage"u8, incoming.CarryUsage);
        to.Moment("ends_at"u8, incoming.EndsAt);
        to.Moment("since"u8, incoming.Since);
        to.Flag("reverts"u8, incoming.Reverts);
        to.WriteEndObject();
    }

    private static Incoming ReadIncoming(JsonElement from, Terms terms) => new(
        from.MomentOrNone("starts_at"u8),
        from.NumberOrNone("invoice"u8) is { } invoice ? new InvoiceNo(invoice) : null,
        from.List("items"u8, item => TermsFormat.ReadReference(item, terms)),
        from.List("bought"u8, static bought => Quantity.Of(bought.GetDecimal())),
        from.Flag("clears"u8),
        from.List("removes"u8, static removed => new SubscriptionNo(removed.GetInt32())))
    {
        Replaces = HeldOrNone(from, "replaces"u8),
        CarryBalances = ReadCarry(from, "carry_balances"u8),
        CarryUsage = ReadCarry(from, "carry_usage"u8),
        EndsAt = from.MomentOrNone("ends_at"u8),
        Since = from.MomentOrNone("since"u8),
        Reverts = from.Flag("reverts"u8),
    };
}
