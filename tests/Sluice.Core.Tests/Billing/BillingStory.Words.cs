using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Core.Tests.Billing;

/// <summary>What the lines of a story mean.</summary>
internal sealed partial class BillingStory
{
    // attach pro {messages: 300, for: e1, schedule: end_of_cycle, …}; track messages 5 for a
    private static Command Commanded(string line)
    {
        var brace = line.IndexOf('{', StringComparison.Ordinal);
        var options = brace < 0 ? [] : line[(brace + 1)..line.LastIndexOf('}')].Split(", ").Select(static pair => pair.Split(": ")).ToDictionary(static pair => pair[0], static pair => pair[1]);
        var said = (brace < 0 ? line : line[..brace]).Trim().Split(' ');
        var plan = said.Length > 1 ? new PlanId(said[1]) : (PlanId?)null;
        var entity = options.GetValueOrDefault("for");
        return said[0] switch
        {
            "attach" => new Command.Attach(plan!.Value, null, Quantities(options), false, options.GetValueOrDefault("id")) { Entity = entity, Options = Options(options), Customize = Customize(options) },
            "multi" => new Command.MultiAttach([.. line.Split(' ')[1..].Select(Wish)], AttachOptions.Default),
            "schedule" => new Command.CreateSchedule([.. line[9..].Split("; ").Select(Phase)], AttachOptions.Default),
            "update" => new Command.UpdatePlan(new PlanSelector(plan))
            {
                Quantities = Quantities(options), Entity = entity, Version = options.TryGetValue("version", out var version) ? int.Parse(version, CultureInfo.InvariantCulture) : null,
                Customize = Customize(options), Prorates = options.GetValueOrDefault("proration") != "none",
            },
            "cancel" => new Command.UpdatePlan(new PlanSelector(plan))
            {
                Cancel = options.ContainsKey("now") ? CancelAction.Immediately : CancelAction.EndOfCycle, Entity = entity,
                Refund = options.TryGetValue("refund", out var refund) ? Enum.Parse<RefundAmount>(refund, ignoreCase: true) : null, Prorates = options.GetValueOrDefault("proration") != "none",
            },
            "bill" => new Command.IssueInvoice(Billed(said)),
            "move" => new Command.MovePlan(plan!.Value, [], int.Parse(said[^1], CultureInfo.InvariantCulture)),
            "reissue" => Reissue(new InvoiceNo(1), line),
            "track" => new Command.Track(new FeatureId(said[1]), null, Quantity.Of(Shop.Number(said[2])), OverageBehavior.Cap, null, null) { Entity = said.Length > 3 ? said[4] : null },
            "entity" => new Command.CreateEntity(said[1], said[1], new FeatureId("users"), null),
            "uncancel" => new Command.UpdatePlan(new PlanSelector(plan)) { Cancel = CancelAction.Uncancel, Entity = entity },
            _ => throw new ArgumentException(line),
        };
    }

    // bill pro_p/messages=300 line=-5 from=2026-04-01 to=2026-05-16 prorated terms=14 tax=10
    private static InvoiceWish Billed(string[] said)
    {
        var options = said.Skip(1).Where(static word => word.Contains('=') && !word.Contains('/')).Select(static word => word.Split('=')).ToLookup(static pair => pair[0], static pair => pair[1]);
        var plans = said.Skip(1).Where(static word => word.Contains('/') || !word.Contains('=')).Where(static word => word != "prorated").Select(word => Billed(word, said.Contains("prorated")));
        return new InvoiceWish([.. plans], [.. options["line"].Select(static amount => new CustomLine(new Price(Shop.Number(amount)), "A line"))])
        {
            From = options["from"].Select(static day => (Instant?)Words.Moment(day)).SingleOrDefault(), To = options["to"].Select(static day => (Instant?)Words.Moment(day)).SingleOrDefault(),
            TermsDays = options["terms"].Select(static days => (int?)int.Parse(days, CultureInfo.InvariantCulture)).SingleOrDefault(),
            TaxRate = options["tax"].Select(static rate => (Change<decimal?>)(decimal?)Shop.Number(rate)).SingleOrDefault(),
            Discounts = [.. options["discount"].Select(Discount)],
        };
    }

    // Features of the shop that are used are billed so, others are bought.
    private static BilledPlan Billed(string words, bool isProrated)
    {
        var wish = Wish(words);
        return new BilledPlan(wish.Plan, null, null, [.. wish.Quantities.Select(pair => new BilledQuantity(pair.Key, wish.Plan.Value.EndsWith("_p", StringComparison.Ordinal), pair.Value, isProrated))], isProrated);
    }

    // reissue set=0/12.50 remove=1 line=3 …: of the oldest open invoice
    private static Command.ReissueInvoice Reissue(InvoiceNo no, string line)
    {
        var said = line.Split(' ');
        return new Command.ReissueInvoice(no, Billed([.. said.Where(static word => !word.StartsWith("set=", StringComparison.Ordinal) && !word.StartsWith("remove=", StringComparison.Ordinal))]))
        {
            Edits = [.. said.Where(static word => word.StartsWith("set=", StringComparison.Ordinal)).Select(static word => (int.Parse(word[4..word.IndexOf('/')], CultureInfo.InvariantCulture), (decimal?)Shop.Number(word[(word.IndexOf('/') + 1)..]), (string?)null))],
            Removes = [.. said.Where(static word => word.StartsWith("remove=", StringComparison.Ordinal)).Select(static word => int.Parse(word[7..], CultureInfo.InvariantCulture))],
        };
    }

    // "pro addon" (now) or "2026-05-01 premium"
    private static SchedulePhase Phase(string words)
    {
        var said = words.Split(' ');
        var isDated = char.IsAsciiDigit(said[0][0]);
        return new SchedulePhase(isDated ? Words.Moment(said[0]) : null, [.. said.Skip(isDated ? 1 : 0).Select(Wish)]);
    }

    // "pro_p/messages=100"
    private static PlanWish Wish(string words)
    {
        var parts = words.Split('/');
        var quantities = parts.Skip(1).Select(static pair => pair.Split('=')).ToImmutableDictionary(static pair => new FeatureId(pair[0]), static pair => Quantity.Of(Shop.Number(pair[1])));
        return new PlanWish(new PlanId(parts[0]), null, quantities, null);
    }

    private static ImmutableDictionary<FeatureId, Quantity> Quantities(Dictionary<string, string> options) => options.Where(static pair => pair.Key is "messages" or "words" or "users")
        .ToImmutableDictionary(static pair => new FeatureId(pair.Key), static pair => Quantity.Of(Shop.Number(pair.Value)));

    private static Customization? Customize(Dictionary<string, string> options) =>
        options.TryGetValue("price", out var price) ? new Customization { Price = new PlanPrice(new Price(Shop.Number(price)), Words.Interval("month")) }
        : options.TryGetValue("trial", out var days) ? new Customization { Trial = days == "none" ? (FreeTrial?)null : new FreeTrial(int.Parse(days, CultureInfo.InvariantCulture), TrialUnit.Day, true, null) }
        : null;

    private static AttachOptions Options(Dictionary<string, string> options)
    {
        var made = AttachOptions.Default with
        {
            Schedule = options.GetValueOrDefault("schedule") switch { "end_of_cycle" => PlanSchedule.EndOfCycle, "immediate" => PlanSchedule.Immediate, _ => null },
            Prorates = options.GetValueOrDefault("proration") != "none",
            StartsAt = options.TryGetValue("starts", out var start) ? Words.Moment(start) : null,
            EndsAt = options.TryGetValue("ends", out var end) ? Words.Moment(end) : null,
            AnchorsNow = options.GetValueOrDefault("anchor") == "now",
            AnchorsAt = options.TryGetValue("anchor", out var anchor) && anchor != "now" ? Words.Moment(anchor) : null,
            OwnCycle = options.ContainsKey("own_cycle") ? true : null,
            NoBillingChanges = options.ContainsKey("unbilled"),
            Redirect = options.GetValueOrDefault("redirect") switch { "always" => Redirect.Always, "never" => Redirect.Never, _ => Redirect.IfRequired },
            CarryBalances = new CarryOver(options.GetValueOrDefault("carry") == "balances", []),
            CarryUsage = new CarryOver(options.GetValueOrDefault("carry") == "usage", []),
            Removes = options.TryGetValue("removes", out var removed) ? [new PlanId(removed)] : [],
            Discounts = options.TryGetValue("discount", out var discounts) ? [.. discounts.Split(" + ").Select(Discount)] : [],
            Currency = options.TryGetValue("currency", out var currency) ? new Currency(currency) : null,
            TaxRate = options.TryGetValue("tax", out var tax) ? Shop.Number(tax) : null,
        };
        return !options.TryGetValue("invoice", out var mode) ? made
            : made with { InvoiceMode = new InvoiceMode(mode.Contains("at once", StringComparison.Ordinal), !mode.Contains("draft", StringComparison.Ordinal), mode.Contains("30", StringComparison.Ordinal) ? 30 : null) };
    }

    // "20%", "$5", "50% once", "20% 3 months"
    public static DiscountWish Discount(string words)
    {
        var said = words.Split(' ');
        var discount = said[0][0] == '$' ? new Discount(said[0], null, Shop.Number(said[0][1..]), []) : new Discount(said[0], Shop.Number(said[0][..^1]), null, []);
        return new DiscountWish(discount, said.Length == 1 ? null : said[1] == "once" ? 0 : int.Parse(said[1], CultureInfo.InvariantCulture));
    }

    // preview attach premium: total 30; lines -20 50; next 50 on 2026-05-01
    private void Preview(string words)
    {
        var colon = words.LastIndexOf(": total", StringComparison.Ordinal);
        var (plan, refusal) = Decider.Preview(_customer!, Catalog, Commanded(words[..colon]), _now);
        Assert.Null(refusal);
        foreach (var part in words[(colon + 2)..].Split("; "))
        {
            var (what, value) = (part.Split(' ')[0], part[(part.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            var shown = what switch
            {
                "total" => Amount(plan!.Invoice?.Total.Major ?? 0m),
                "lines" => string.Join(' ', plan!.Invoice!.Lines.Select(static line => Amount(line.Total.Major))),
                "next" => plan!.Next is { } next ? $"{Amount(next.Invoice.Total.Major)} on {Day(next.At)}" : "none",
                "refund" => Amount(plan!.Refund?.Major ?? 0m),
                "path" => plan!.Path.ToString(),
                _ => throw new ArgumentException(part),
            };
            Assert.Equal($"{what} {value}", $"{what} {shown}");
        }
    }

    private void Expect(string what, string value)
    {
        if (Catalog.Feature(new FeatureId(what)) is not null) Assert.Equal($"{what} {value}", $"{what} {Shows(what)}");
        else Assert.Equal($"{what}: {value}", $"{what}: {Shows(what)}");
    }

    private string Shows(string what) => what switch
    {
        "invoices" => string.Join(", ", _books.Invoices.Select(static invoice => $"{Amount(invoice.Total.Major)} {invoice.Status.ToString().ToLowerInvariant()}")),
        "asked" => string.Join(", ", Now.Billing.Open.Where(static open => open.Asked is not null).Select(static open => $"{open.Asked!.What} {open.Asked.Attempt}")),
        "lines" => string.Join(' ', _books.Last.Lines.Select(static line => Amount(line.Total.Major))),
        "holds" => string.Join(", ", Cycles.Held(Now).Concat(Cycles.Planned(Now).Where(static planned => planned.Incoming!.StartsAt is not null)).Select(Held)),
        "waiting" => string.Join(", ", Cycles.Planned(Now).Where(static planned => planned.Incoming!.Invoice is not null).Select(static planned => planned.Plan.Value)),
        "period" => string.Join(", ", Cycles.Held(Now).Select(held => held.PeriodEnd is { } end ? Day(end) : "none")),
        "credit" => Amount(Now.Billing.Credit?.Major ?? 0m),
        "card" => Now.Billing.Method is null ? "none" : "saved",
        "checkout" => Now.Billing.Checkout is { } open ? open.No.Value.ToString(CultureInfo.InvariantCulture) : "none",
        "problem" => Now.Billing.Open.Select(static open => open.Problem?.ToString()).LastOrDefault() ?? "none",
        "refunds" => string.Join(", ", _books.Refunds.Select(static refund => Amount(refund.Major))),
        "resets" => string.Join(", ", Now.Grants.Select(static grant => grant.NextResetAt is { } next ? Day(next) : "never")),
        "balances" => string.Join(", ", Now.Grants.Concat(Now.Entities.SelectMany(static entity => entity.Own.Grants)).Select(static grant => $"{grant.Feature} {grant.Balance} until {(grant.NextResetAt is { } at ? at.ToString() : "never")}")),
        "news" => News(PlanChanges.Between(_before, _customer!)),
        "scenarios" => string.Join(", ", PlanScenarios.Of(_before, _customer!, Catalog, PlanChanges.Between(_before, _customer!), [.. _journal.Skip(_entriesBefore).SelectMany(static entry => entry.Events)])
            .Select(static told => $"{told.Plan.Plan} {told.Scenario}")),
        "tax" => Amount(_books.Last.Tax.Major),
        "charged" => Amount(_books.Last.Due.Major),
        _ when Catalog.Feature(new FeatureId(what)) is not null => Amount(Now.Grants.Where(grant => grant.Feature.Value == what).Sum(static grant => grant.Balance.Value)),
        _ => throw new ArgumentException($"nothing shows {what}"),
    };

    // "pro updated (canceled), free_def scheduled", with what a change is tagged with.
    private static string News(PlanChanges changes)
    {
        var told = changes.News.Select(static news => $"{news.Now.Plan} {news.Action.ToString().ToLowerInvariant()}");
        return string.Join(", ", told.Concat(changes.TrialEnded ? ["trial ended"] : Array.Empty<string>()).Concat(changes.PhaseChanged ? ["phase changed"] : Array.Empty<string>()));
    }

    private string Held(Subscription held)
    {
        var words = held.Plan.Value;
        if (held.Entity is not null) words += " of entity";
        if (held.Incoming is not null) words += $" from {Day(held.Incoming.StartsAt!.Value)}";
        if (held.TrialEnd is { } trial) words += $" trial to {Day(trial)}";
        if (held.EndsAt is { } end) words += $" until {Day(end)}";
        if (held.PastDue) words += " past due";
        if (held.IsPaused) words += " paused";
        return words;
    }

    private static string Amount(decimal amount) => amount.ToString("0.##########", CultureInfo.InvariantCulture);

    private static string Day(Instant moment) => moment.ToUtc().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
