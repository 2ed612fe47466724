using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What of a customer is about money and belongs to no single plan, and what waits behind an open checkout.</summary>
internal static class BillingFormat
{
    /// <summary>Left out when there is nothing.</summary>
    public static void Write(Utf8JsonWriter to, BillingBook book)
    {
        if (book is { Currency: null, Credit: null, Method: null, Open.IsEmpty: true, Discounts.IsEmpty: true, Trials.IsEmpty: true, Checkout: null, Changes.IsEmpty: true, TopUps.IsEmpty: true, Redeemed.IsEmpty: true, Referrals.IsEmpty: true, Paid.IsEmpty: true, HasPaid: false }) return;
        to.WriteStartObject("billing"u8);
        to.Text("currency"u8, book.Currency?.Code);
        to.Money("credit"u8, book.Credit);
        if (book.Method is { } method) WriteMethod(to, method);
        HoldingsFormat.WriteList(to, "open"u8, book.Open, InvoiceFormat.Write);
        HoldingsFormat.WriteList(to, "discounts"u8, book.Discounts, WriteStanding);
        HoldingsFormat.WriteList(to, "trials"u8, book.Trials, WriteTrial);
        HoldingsFormat.WriteList(to, "changes"u8, book.Changes, PlanFormat.WriteChange);
        HoldingsFormat.WriteList(to, "top_ups"u8, book.TopUps, WriteTally);
        HoldingsFormat.WriteList(to, "redeemed"u8, book.Redeemed, RewardFormat.WriteRedeemed);
        HoldingsFormat.WriteList(to, "referrals"u8, book.Referrals, RewardFormat.WriteReferral);
        HoldingsFormat.WriteList(to, "paid"u8, book.Paid, WritePaid);
        to.Flag("has_paid"u8, book.HasPaid);
        if (book.Checkout is { } checkout) WriteCheckout(to, checkout);
        to.WriteEndObject();
    }

    public static BillingBook Read(JsonElement owner, Terms terms)
    {
        if (!owner.TryGetProperty("billing"u8, out var from)) return BillingBook.Empty;
        return new BillingBook(
            from.TextOrNone("currency"u8) is { } currency ? new Currency(currency) : null,
            from.MoneyOrNone("credit"u8),
            ReadMethod(from),
            from.List("open"u8, InvoiceFormat.Read),
            from.List("discounts"u8, ReadStanding),
            from.List("trials"u8, static trial => new UsedTrial(new PlanId(trial.Text("plan"u8)), HoldingsFormat.ReadEntityNo(trial, "entity"u8))),
            from.TryGetProperty("checkout"u8, out var checkout) ? ReadCheckout(checkout, terms) : null)
        {
            Changes = from.List("changes"u8, PlanFormat.ReadChange),
            TopUps = from.List("top_ups"u8, ReadTally),
            Redeemed = from.List("redeemed"u8, RewardFormat.ReadRedeemed),
            Referrals = from.List("referrals"u8, RewardFormat.ReadReferral),
            Paid = from.List("paid"u8, static paid => new PaidInvoice(new InvoiceNo(paid.Number("invoice"u8)), paid.MoneyOrNone("left"u8)!.Value)),
            HasPaid = from.Flag("has_paid"u8),
        };
    }

    private static void WritePaid(Utf8JsonWriter to, PaidInvoice paid)
    {
        to.WriteStartObject();
        to.WriteNumber("invoice"u8, paid.No.Value);
        to.Money("left"u8, paid.Left);
        to.WriteEndObject();
    }

    public static void WriteMethod(Utf8JsonWriter to, PaymentMethod method)
    {
        to.WriteStartObject("method"u8);
        to.Text("id"u8, method.Id);
        to.Text("type"u8, method.Type);
        to.Text("brand"u8, method.Brand);
        to.Text("last4"u8, method.Last4);
        if (method.ExpiryMonth is { } month) to.WriteNumber("expiry_month"u8, month);
        if (method.ExpiryYear is { } year) to.WriteNumber("expiry_year"u8, year);
        to.WriteEndObject();
    }

    public static PaymentMethod? ReadMethod(JsonElement owner) => owner.TryGetProperty("method"u8, out var from)
        ? new PaymentMethod(from.Text("id"u8), from.Text("type"u8), from.TextOrNone("brand"u8), from.TextOrNone("last4"u8), from.NumberOrNone("expiry_month"u8), from.NumberOrNone("expiry_year"u8))
        : null;

    public static void WriteStanding(Utf8JsonWriter to, StandingDiscount standing)
    {
        to.WriteStartObject();
        WriteDiscount(to, standing.Discount);
        if (standing.Cycle is { } cycle) to.WriteNumber("cycle"u8, cycle.Value);
        to.Moment("ends_at"u8, standing.EndsAt);
        to.Flag("once"u8, standing.Once);
        to.WriteEndObject();
    }

    public static StandingDiscount ReadStanding(JsonElement from) => new(
        ReadDiscount(from), from.NumberOrNone("cycle"u8) is { } cycle ? new CycleNo(cycle) : null, from.MomentOrNone("ends_at"u8), from.Flag("once"u8));

    public static void WriteCheckout(Utf8JsonWriter to, OpenCheckout checkout)
    {
        to.WriteStartObject("checkout"u8);
        to.WriteNumber("no"u8, checkout.No.Value);
        if (checkout.Wanted is { } wish)
        {
            to.WriteStartObject("wanted"u8);
            HoldingsFormat.WriteList(to, "plans"u8, wish.Plans, WriteOffer);
            HoldingsFormat.WriteList(to, "later"u8, wish.Later, WritePhase);
            WriteOptions(to, wish.Options);
            to.WriteEndObject();
        }

        to.Moment("opened_at"u8, checkout.OpenedAt);
        to.Moment("expires_at"u8, checkout.ExpiresAt);
        to.WriteEndObject();
    }

    public static OpenCheckout ReadCheckout(JsonElement from, Terms terms) => new(
        new CheckoutNo(from.Number("no"u8)),
        from.TryGetProperty("wanted"u8, out var wanted) ? new AttachWish(wanted.List("plans"u8, offer => ReadOffer(offer, terms)), ReadOptions(wanted)) { Later = wanted.List("later"u8, phase => ReadPhase(phase, terms)) } : null,
        from.Moment("opened_at"u8),
        from.Moment("expires_at"u8));

    public static void WriteTally(Utf8JsonWriter to, TopUpTally tally)
    {
        to.WriteStartObject();
        to.Text("feature"u8, tally.Feature.Value);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, tally.Entity);
        HoldingsFormat.WriteList(to, "attempts"u8, tally.Attempts, static (to, at) => to.WriteNumberValue(at.Milliseconds));
        to.Moment("failed_at"u8, tally.FailedAt);
        if (tally.Failures > 0) to.WriteNumber("failures"u8, tally.Failures);
        to.Moment("since"u8, tally.Since);
        to.WriteNumber("purchases"u8, tally.Purchases);
        to.WriteEndObject();
    }

    public static TopUpTally ReadTally(JsonElement from) => new(
        from.Feature("feature"u8),
        HoldingsFormat.ReadEntityNo(from, "entity"u8),
        from.List("attempts"u8, static at => new Instant(at.GetInt64())),
        from.MomentOrNone("failed_at"u8),
        from.NumberOrNone("failures"u8) ?? 0,
        from.MomentOrNone("since"u8),
        from.Number("purchases"u8));

    private static void WriteTrial(Utf8JsonWriter to, UsedTrial trial)
    {
        to.WriteStartObject();
        to.Text("plan"u8, trial.Plan.Value);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, trial.Entity);
        to.WriteEndObject();
    }

    private static void WriteDiscount(Utf8JsonWriter to, Discount discount)
    {
        to.Text("id"u8, discount.Id);
        to.Exact("percent"u8, discount.Percent);
        to.Exact("amount"u8, discount.Amount);
        HoldingsFormat.WriteList(to, "plans"u8, discount.Plans, static (to, plan) => to.WriteStringValue(plan.Value));
    }

    private static Discount ReadDiscount(JsonElement from) =>
        new(from.Text("id"u8), from.ExactOrNone("percent"u8), from.ExactOrNone("amount"u8), from.List("plans"u8, static plan => new PlanId(plan.GetString()!)));

    private static void WritePhase(Utf8JsonWriter to, PlannedPhase phase)
    {
        to.WriteStartObject();
        to.Moment("starts_at"u8, phase.StartsAt);
        HoldingsFormat.WriteList(to, "plans"u8, phase.Plans, WriteOffer);
        to.WriteEndObject();
    }

    private static PlannedPhase ReadPhase(JsonElement from, Terms terms) => new(from.Moment("starts_at"u8), from.List("plans"u8, offer => ReadOffer(offer, terms)));

    private static void WriteOffer(Utf8JsonWriter to, PlanOffer offer)
    {
        to.WriteStartObject();
        to.Text("plan"u8, offer.Plan.Value);
        to.WriteNumber("version"u8, offer.Version);
        to.Text("group"u8, offer.Group);
        to.Flag("add_on"u8, offer.AddOn);
        to.Flag("auto_enable"u8, offer.AutoEnable);
        to.Flag("one_off"u8, offer.OneOff);
        to.Flag("custom"u8, offer.IsCustom);
        to.Flag("ignore_past_due"u8, offer.IgnorePastDue);
        CatalogFormat.WritePrice(to, offer.Price);
        HoldingsFormat.WriteList(to, "items"u8, offer.Items, TermsFormat.WriteReference);
        CatalogFormat.WriteTrial(to, offer.Trial);
        to.Flag("trial_is_asked"u8, offer.TrialIsAsked);
        if (!offer.Quantities.IsEmpty)
        {
            to.WriteStartObject("quantities"u8);
            foreach (var (feature, quantity) in offer.Quantities.OrderBy(static pair => pair.Key)) to.WriteNumber(feature.Value, quantity.Value);
            to.WriteEndObject();
        }

        to.Text("caller_id"u8, offer.CallerId);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, offer.Entity);
        to.Moment("ends_at"u8, offer.EndsAt);
        to.WriteEndObject();
    }

    private static PlanOffer ReadOffer(JsonElement from, Terms terms) => new(
        new PlanId(from.Text("plan"u8)),
        from.Number("version"u8),
        from.TextOrNone("group"u8),
        from.Flag("add_on"u8),
        from.Flag("auto_enable"u8),
        from.Flag("one_off"u8),
        from.Flag("custom"u8),
        from.Flag("ignore_past_due"u8),
        CatalogFormat.ReadPrice(from),
        from.List("items"u8, item => TermsFormat.ReadReference(item, terms)),
        CatalogFormat.ReadTrial(from),
        from.Flag("trial_is_asked"u8),
        from.TryGetProperty("quantities"u8, out var quantities)
            ? quantities.EnumerateObject().ToImmutableDictionary(static pair => new FeatureId(pair.Name), static pair => Quantity.Of(pair.Value.GetDecimal()))
            : ImmutableDictionary<FeatureId, Quantity>.Empty,
        from.TextOrNone("caller_id"u8),
        HoldingsFormat.ReadEntityNo(from, "entity"u8))
    {
        EndsAt = from.MomentOrNone("ends_at"u8),
    };

    private static void WriteOptions(Utf8JsonWriter to, AttachOptions options)
    {
        to.WriteStartObject("options"u8);
        if (options.InvoiceMode is { } mode)
        {
            to.WriteStartObject("invoice_mode"u8);
            to.Flag("enables_at_once"u8, mode.EnablesAtOnce);
            to.Flag("draft"u8, !mode.Finalizes);
            if (mode.NetTermsDays is { } days) to.WriteNumber("net_terms_days"u8, days);
            to.WriteEndObject();
        }

        to.Flag("unprorated"u8, !options.Prorates);
        to.Text("schedule"u8, options.Schedule is { } schedule ? Words.Of(schedule) : null);
        to.Moment("starts_at"u8, options.StartsAt);
        to.Moment("ends_at"u8, options.EndsAt);
        to.Flag("anchors_now"u8, options.AnchorsNow);
        to.Moment("anchors_at"u8, options.AnchorsAt);
        if (options.OwnCycle is { } own) to.WriteBoolean("own_cycle"u8, own);
        if (options.Redirect != Redirect.IfRequired) to.Text("redirect"u8, Words.Of(options.Redirect));
        HoldingsFormat.WriteList(to, "discounts"u8, options.Discounts, WriteWish);
        HoldingsFormat.WriteList(to, "custom_lines"u8, options.CustomLines, WriteCustomLine);
        PlanFormat.WriteCarry(to, "carry_balances"u8, options.CarryBalances);
        PlanFormat.WriteCarry(to, "carry_usage"u8, options.CarryUsage);
        HoldingsFormat.WriteList(to, "removes"u8, options.Removes, static (to, plan) => to.WriteStringValue(plan.Value));
        to.Exact("tax_rate"u8, options.TaxRate);
        to.Text("currency"u8, options.Currency?.Code);
        to.WriteEndObject();
    }

    private static AttachOptions ReadOptions(JsonElement owner)
    {
        var from = owner.GetProperty("options"u8);
        return AttachOptions.Default with
        {
            InvoiceMode = from.TryGetProperty("invoice_mode"u8, out var mode)
                ? new InvoiceMode(mode.Flag("enables_at_once"u8), !mode.Flag("draft"u8), mode.NumberOrNone("net_terms_days"u8))
                : null,
            Prorates = !from.Flag("unprorated"u8),
            Schedule = from.TextOrNone("schedule"u8) is { } schedule ? Words.ToPlanSchedule(schedule) : null,
            StartsAt = from.MomentOrNone("starts_at"u8),
            EndsAt = from.MomentOrNone("ends_at"u8),
            AnchorsNow = from.Flag("anchors_now"u8),
            AnchorsAt = from.MomentOrNone("anchors_at"u8),
            OwnCycle = from.TryGetProperty("own_cycle"u8, out var own) ? own.GetBoolean() : null,
            Redirect = from.TextOrNone("redirect"u8) is { } redirect ? Words.ToRedirect(redirect) : Redirect.IfRequired,
            Discounts = from.List("discounts"u8, ReadWish),
            CustomLines = from.List("custom_lines"u8, static line => new CustomLine(line.Price("amount"u8), line.Text("description"u8))),
            CarryBalances = PlanFormat.ReadCarry(from, "carry_balances"u8),
            CarryUsage = PlanFormat.ReadCarry(from, "carry_usage"u8),
            Removes = from.List("removes"u8, static plan => new PlanId(plan.GetString()!)),
            TaxRate = from.ExactOrNone("tax_rate"u8),
            Currency = from.TextOrNone("currency"u8) is { } currency ? new Currency(currency) : null,
        };
    }

    public static void WriteWish(Utf8JsonWriter to, DiscountWish wish)
    {
        to.WriteStartObject();
        WriteDiscount(to, wish.Discount);
        if (wish.Months is { } months) to.WriteNumber("months"u8, months);
        if (wish.Code is { } code)
        {
            to.WritePropertyName("code"u8);
            RewardBookFormat.WriteCode(to, code);
        }

        to.WriteEndObject();
    }

    public static DiscountWish ReadWish(JsonElement from) => new(ReadDiscount(from), from.NumberOrNone("months"u8))
    {
        Code = from.TryGetProperty("code"u8, out var code) ? RewardBookFormat.ReadCode(code) : null,
    };

    private static void WriteCustomLine(Utf8JsonWriter to, CustomLine line)
    {
        to.WriteStartObject();
        to.Price("amount"u8, line.Amount);
        to.Text("description"u8, line.Description);
        to.WriteEndObject();
    }
}
