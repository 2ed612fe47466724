using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sluice.Core.Tests.Billing;

/// <summary>How the story's clock goes from one moment to another. Where it stops on the way must not matter.</summary>
public enum Clock
{
    /// <summary>In one leap.</summary>
    Leap,

    /// <summary>Day by day.</summary>
    Daily,

    /// <summary>From one due moment to the next.</summary>
    Moments,
}

/// <summary>
/// One customer, a shop and a payment provider that follows a script; told in words, one step a line. It starts on
/// 2026-04-01 with a good card. After every step the books are checked (<see cref="Books"/>).
/// </summary>
internal sealed partial class BillingStory
{
    public static readonly Instant Start = Words.Moment("2026-04-01");

    private readonly List<(ImmutableArray<CustomerEvent> Events, Instant At)> _journal = [];
    private readonly Books _books = new();
    private readonly LedgerBook _ledger = new();
    private readonly HashSet<(InvoiceNo, int)> _answered = [];
    private readonly Clock _clock;
    private string _card = "good";
    private Instant _now = Start;
    private Customer? _customer;
    private Customer? _before;
    private int _entriesBefore;
    private string _where = "";

    public BillingStory(Catalog catalog, Clock clock, string card = "good")
    {
        (Catalog, _clock) = (catalog, clock);
        Do(new Command.Create(new CustomerKey(1), new Profile("c")));
        SetCard(card);
    }

    public Catalog Catalog { get; private set; }

    public Customer Now => Due.AsOf(_customer!, Catalog, _now);

    public Books Books => _books;

    /// <summary>The journal alone, read from the start.</summary>
    public Customer Replayed => _journal.Aggregate((Customer?)null, static (state, entry) => CustomerState.ApplyEntry(state, entry.Events, entry.At))!;

    public Customer Stored => _customer!;

    public static void Tell(Catalog catalog, string script, string card = "good", bool leaps = true)
    {
        var ends = new List<string>();
        foreach (var clock in leaps ? new[] { Clock.Leap, Clock.Daily, Clock.Moments } : [Clock.Daily, Clock.Moments])
        {
            var story = new BillingStory(catalog, clock, card);
            story.Run(script);
            ends.Add(story.Whole());
        }

        Assert.Single(ends.Distinct());
    }

    public void Run(string script)
    {
        foreach (var line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('#')) continue;
            _where = $"{_clock}, {_now}: {line}";
            try
            {
                Step(line);
            }
            catch (Exception failure) when (failure is not StepFailed)
            {
                throw new StepFailed($"{_where}\n{failure.Message}\n{Whole()}\n{script}", failure);
            }
        }
    }

    public sealed class StepFailed(string message, Exception inner) : Exception(message, inner);

    private void Step(string line)
    {
        if (!line.StartsWith("news:", StringComparison.Ordinal) && !line.StartsWith("scenarios:", StringComparison.Ordinal)) (_before, _entriesBefore) = (_customer, _journal.Count);
        var verb = line.Split(' ')[0];
        var rest = line[verb.Length..].Trim();
        switch (verb)
        {
            case "attach" or "update" or "cancel" or "uncancel" or "multi" or "schedule" or "bill" or "move" or "track" or "entity": Do(Commanded(line)); break;
            case "preview": Preview(rest); break;
            case "refused": Refused(rest); break;
            case "try": Try(rest); break;
            case "card": SetCard(rest); break;
            case "provider": _card = rest; break;
            case "advance": Advance(rest); break;
            case "reissue": Do(Reissue(Oldest().No, line)); break;
            case "pay": Do(new Command.CollectInvoice(Oldest().No)); break;
            case "mark": Do(new Command.MarkPaid(Oldest().No)); break;
            case "void": Do(new Command.VoidInvoice(Oldest().No)); break;
            case "answer": Answer(rest); break;
            case "complete": Complete(rest); break;
            case "expire": Do(new Command.ExpireCheckout(Now.Billing.Checkout!.No)); break;
            case "setup": Do(new Command.SetUpPayment(rest == "" ? null : (Command.Attach)Commanded(rest))); break;
            case "discount": Do(new Command.AddDiscount(Discount(rest))); break;
            case "topup": TopUp(rest.Split(' ')); break;
            case "credit": Do(new Command.AddCredit(Core.Money.Of(Shop.Number(rest), Currency.Usd))); break;
            case "edit": Edit(rest); break;
            default: Expect(verb.TrimEnd(':'), rest); break;
        }

        _books.Check(Now);
        _ledger.Check(_customer!);
    }

    // What is refused changes nothing and is no failure.
    private void Try(string words)
    {
        if (Decider.Decide(_customer, Catalog, Commanded(words), _now) is Decision.Refused) return;
        Do(Commanded(words));
    }

    public void Redeem(Reward reward, string code) => Do(new Command.Redeem(reward, code, 0));

    public void Refer(ReferralProgram program) => Do(new Command.Refer(program, new CustomerKey(9), "fp", 0));

    /// <summary>Why it is refused.</summary>
    public RefusalCode Refusal(Command command) => Assert.IsType<Decision.Refused>(Decider.Decide(_customer, Catalog, command, _now)).Refusal.Code;

    public void Do(Command command, bool isAnswer = false)
    {
        var previewed = _customer is not null && command is Command.Attach or Command.MultiAttach or Command.CreateSchedule or Command.UpdatePlan or Command.MovePlan or Command.IssueInvoice or Command.ReissueInvoice ? Decider.Preview(_customer!, Catalog, command, _now).Plan : null;
        var decision = Decider.Decide(_customer, Catalog, command, _now);
        if (decision is Decision.Refused refused) throw new Xunit.Sdk.XunitException($"refused: {refused.Refusal.Code} {refused.Refusal.Message}");
        var accepted = (Decision.Accepted)decision;
        var told = _customer;
        foreach (var entry in accepted.Entries)
        {
            var (after, lines) = Ledger.Of(told, entry.Events, _now);
            _ledger.Add(lines);
            told = after;
            _journal.Add((entry.Events, _now));
            _books.Enter(entry.Events, _now);
        }

        _customer = accepted.Customer;
        if (previewed is not null) Books.Same(previewed, accepted.Events);
        Assert.Equal(Due.Next(_customer), _customer.NextDue);
        if (!isAnswer) Settle();
    }

    // The provider answers what it is asked, and the engine is asked again what is due, until all is quiet.
    private void Settle()
    {
        for (var round = 0; round < 1000; round++)
        {
            if (_customer!.NextDue <= _now)
            {
                Do(new Command.Tick(), isAnswer: true);
                continue;
            }

            if (_card == "silent" || Asked(_customer) is not { Asked: { } asked } invoice) return;
            Assert.True(_card == "slow" || _answered.Add((invoice.No, asked.Attempt)), $"attempt {asked.Attempt} of invoice {invoice.No.Value} is asked for twice");
            if (asked.What == PaymentAsk.Collect && _card == "slow" && invoice.Problem == PaymentProblem.Processing) return;
            Do(new Command.AnswerPayment(invoice.No, asked.Attempt, asked.What == PaymentAsk.Collect ? Says() : PaymentAnswer.Voided), isAnswer: true);
        }

        throw new Xunit.Sdk.XunitException("it never comes to rest");
    }

    /// <summary>The oldest invoice that asks something of the provider; nothing can be collected without a card.</summary>
    internal static Invoice? Asked(Customer customer) =>
        customer.Billing.Open.FirstOrDefault(invoice => invoice.Asked is { } asked && (asked.What == PaymentAsk.Void || customer.Billing.Method is not null));

    private PaymentAnswer Says() => _card switch
    {
        "good" => PaymentAnswer.Paid,
        "decline" => PaymentAnswer.Declined,
        "3ds" => PaymentAnswer.NeedsConfirmation,
        "slow" => PaymentAnswer.Processing,
        _ => throw new ArgumentException($"no card {_card}"),
    };

    private void SetCard(string card)
    {
        _card = card == "none" ? "good" : card;
        Do(new Command.ChangePaymentMethod(card == "none" ? null : new PaymentMethod($"pm_{card}", "card")));
    }

    private void Advance(string how)
    {
        var said = Regex.Match(how, @"^(?:to (?<date>\S+)|(?<count>\d+)(?<unit>[dh]|mo)|to next)$");
        var to = said.Groups["date"].Success && said.Groups["date"].Value != "next" ? Words.Moment(said.Groups["date"].Value)
            : said.Groups["count"].Success ? said.Groups["unit"].Value switch
            {
                "d" => _now.Plus(TimeSpan.FromDays(int.Parse(said.Groups["count"].Value, CultureInfo.InvariantCulture))),
                "h" => _now.Plus(TimeSpan.FromHours(int.Parse(said.Groups["count"].Value, CultureInfo.InvariantCulture))),
                _ => new Interval(IntervalUnit.Month).Boundary(_now, int.Parse(said.Groups["count"].Value, CultureInfo.InvariantCulture))!.Value,
            }
            : Cycles.Held(Now).Select(static held => held.PeriodEnd).OfType<Instant>().Min().Plus(TimeSpan.FromHours(1));
        // What is overdue may end a plan before its next invoice, and what is not answered holds the next one up.
        var forecasts = Now.Billing.Open.Length > 0 || _card != "good" ? null : Forecasting.All(Now, Catalog, _now).GroupBy(static forecast => forecast.At).OrderBy(static moment => moment.Key).FirstOrDefault();
        while (_now < to)
        {
            var next = _clock switch
            {
                Clock.Leap => to,
                Clock.Daily => _now.Plus(TimeSpan.FromDays(1)),
                _ => _customer!.NextDue ?? to,
            };
            _now = Instant.Min(Instant.Max(next, _now), to);
            Settle();
        }

        // What was forecast is what came.
        foreach (var forecast in forecasts?.Where(forecast => forecast.At <= to) ?? [])
        {
            var came = _books.Invoices.First(invoice => invoice.IssuedAt == forecast.At && invoice.Cycle == forecast.Cycle && invoice.Reason == InvoiceReason.Renewal);
            Assert.Equal(forecast.Invoice.Lines.Select(static line => (line.Description, line.Total)), came.Lines.Select(static line => (line.Description, line.Total)));
        }
    }

    // topup messages 100 below 20 at most 2 a month
    private void TopUp(string[] words)
    {
        var limit = words.Length > 4 ? new PurchaseLimit(Words.Interval(words[8]), Quantity.Of(Shop.Number(words[6]))) : null;
        var topUp = new AutoTopUp(new FeatureId(words[0]), true, Quantity.Of(Shop.Number(words[3])), Quantity.Of(Shop.Number(words[1])), limit);
        Do(new Command.ChangeControls(new BillingControls(TopUps: [topUp])));
    }

    private Invoice Oldest() => Now.Billing.Open.FirstOrDefault() ?? throw new Xunit.Sdk.XunitException("no open invoice");

    // "paid", "declined attempt 1": as the provider would say it now, or late.
    private void Answer(string words)
    {
        var said = words.Split(" attempt ");
        var answer = Enum.Parse<PaymentAnswer>(said[0], ignoreCase: true);
        var invoice = Now.Billing.Open.FirstOrDefault(static open => open.Asked is not null) ?? Now.Billing.Open.FirstOrDefault();
        var no = invoice?.No ?? _books.Last.No;
        Do(new Command.AnswerPayment(no, said.Length > 1 ? int.Parse(said[1], CultureInfo.InvariantCulture) : invoice?.Asked?.Attempt ?? invoice?.Attempts ?? 1, answer));
    }

    private void Complete(string card)
    {
        if (card != "") _card = card;
        Do(new Command.CompleteCheckout(Now.Billing.Checkout!.No, new PaymentMethod("pm_new", "card")));
    }

    private void Edit(string words)
    {
        var (id, terms) = (words.Split(':')[0], Catalog.Plans.SelectMany(static plan => plan.Items).Max(static item => item.Id.Value));
        var next = Shop.Plan(id, words[(id.Length + 1)..], [], ref terms, Catalog.Plan(new PlanId(id))!.Version + 1);
        Catalog = new Catalog(Catalog.Version + 1, Catalog.Features, Catalog.Plans.Append(next)) { Policy = Catalog.Policy };
    }

    private void Refused(string words)
    {
        var code = words.Split(' ')[0];
        var said = words[code.Length..].Trim();
        var refused = Assert.IsType<Decision.Refused>(Decider.Decide(_customer, Catalog, said == "mark" ? new Command.MarkPaid(Oldest().No) : Commanded(said), _now));
        Assert.Equal(Enum.Parse<RefusalCode>(code), refused.Refusal.Code);
    }

    /// <summary>All that a customer would see, to compare the ends of two tellings.</summary>
    public string Whole() => string.Join('\n', new[] { "invoices", "holds", "balances", "credit", "card" }.Select(Shows).Append(string.Join('\n', _books.Details)));
}
