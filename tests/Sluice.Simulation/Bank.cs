using System.Globalization;
using Sluice.Server.Payments;

namespace Sluice.Simulation;

/// <summary>
/// The payment provider: it is down, slow, loses its answers and tells them again. It keeps its own books by the keys of
/// questions, as the real ones do, and so knows what was really collected.
/// </summary>
internal sealed class Bank(Tally tally) : IPaymentProvider
{
    private readonly Dictionary<string, Question> _asked = [];
    private readonly List<Question> _questions = [];
    private readonly HashSet<(CustomerKey, InvoiceNo)> _voided = [];
    private readonly Dictionary<string, (CustomerKey Customer, InvoiceNo Invoice, Money Amount)> _refunds = [];
    private readonly Queue<Question> _news = new();
    private Random _chance = new(0);
    private int _down;
    private int _loses;

    public string Name => "simulated";

    public bool KeepsCards => true;

    /// <summary>A fault put in on purpose: a question that is repeated is collected again.</summary>
    public bool ForgetsKeys { get; set; }

    public IEnumerable<(CustomerKey Customer, InvoiceNo Invoice, Money Amount)> Collected => _questions.Where(static one => one.Times > 0).SelectMany(static one => Enumerable.Repeat((one.Charge.Customer, one.Charge.Invoice, one.Charge.Amount), one.Times));

    public IEnumerable<(CustomerKey Customer, InvoiceNo Invoice, Money Amount)> Refunded => _refunds.Values;

    public void Change(int down, int loses, int seed) => (_down, _loses, _chance) = (down, loses, new Random(seed));

    public ValueTask<PaymentAnswer> Collect(Charge charge, CancellationToken stopping)
    {
        Reach();
        if (!_asked.TryGetValue(charge.Key, out var question))
        {
            question = new Question(charge, Says(charge));
            _asked.Add(charge.Key, question);
            _questions.Add(question);
            if (question.Answer == PaymentAnswer.Paid) question.Times = 1;
        }
        else
        {
            tally.Fault("question repeated");
            if (ForgetsKeys && question.Answer == PaymentAnswer.Paid) question.Times++;
        }

        Answer();
        return new(question.Answer);
    }

    public ValueTask<PaymentAnswer> Void(Charge charge, CancellationToken stopping)
    {
        Reach();
        var isPaid = _questions.Exists(one => one.IsAbout(charge.Customer, charge.Invoice) && one.Times > 0);
        if (!isPaid) _voided.Add((charge.Customer, charge.Invoice));
        Answer();
        return new(isPaid ? PaymentAnswer.Paid : PaymentAnswer.Voided);
    }

    public ValueTask Refund(Charge charge, CancellationToken stopping)
    {
        Reach();
        _refunds[charge.Key] = (charge.Customer, charge.Invoice, charge.Amount);
        Answer();
        return ValueTask.CompletedTask;
    }

    /// <summary>The customer confirms the newest payment that waits for it, or it arrives by itself. False: there is none.</summary>
    public bool Confirm(CustomerKey customer)
    {
        if (_questions.LastOrDefault(one => one.Charge.Customer == customer) is not { Answer: PaymentAnswer.NeedsConfirmation or PaymentAnswer.Processing } question) return false;
        if (_voided.Contains((customer, question.Charge.Invoice))) return false;
        (question.Answer, question.Times) = (PaymentAnswer.Paid, 1);
        _news.Enqueue(question);
        return true;
    }

    /// <summary>A payment that is under way arrives. False: there is none.</summary>
    public bool Arrive()
    {
        if (_questions.Find(one => one.Answer == PaymentAnswer.Processing && !_voided.Contains((one.Charge.Customer, one.Charge.Invoice))) is not { } question) return false;
        (question.Answer, question.Times) = (PaymentAnswer.Paid, 1);
        _news.Enqueue(question);
        return true;
    }

    /// <summary>The next thing that the provider has to tell by itself.</summary>
    public Command.AnswerPayment? News(out CustomerKey customer)
    {
        customer = default;
        if (!_news.TryPeek(out var question)) return null;
        customer = question.Charge.Customer;
        return question.Told;
    }

    public void Heard() => _news.Dequeue();

    /// <summary>Something that was told before, or would have been.</summary>
    public Command.AnswerPayment? Echo(int pick, out CustomerKey customer)
    {
        customer = default;
        if (_questions.Count == 0) return null;
        var question = _questions[pick % _questions.Count];
        customer = question.Charge.Customer;
        return question.Told;
    }

    private PaymentAnswer Says(Charge charge) =>
        _voided.Contains((charge.Customer, charge.Invoice)) ? PaymentAnswer.Declined
        : charge.Method is not { } method || !TestProvider.Cards.TryGetValue(method.Id, out var card) ? PaymentAnswer.NoPaymentMethod
        : charge.IsRenewal ? card.AtRenewal
        : card.AtOnce;

    private void Reach()
    {
        tally.Count("questions to the provider");
        if (_chance.Next(100) >= _down) return;
        tally.Fault("provider down");
        throw new HttpRequestException("the simulated provider is down");
    }

    private void Answer()
    {
        if (_chance.Next(100) >= _loses) return;
        tally.Fault("answer lost");
        throw new HttpRequestException("the simulated provider's answer is lost");
    }

    private sealed class Question(Charge charge, PaymentAnswer answer)
    {
        public Charge Charge => charge;

        public PaymentAnswer Answer { get; set; } = answer;

        /// <summary>How often it was collected.</summary>
        public int Times { get; set; }

        public Command.AnswerPayment Told => new(charge.Invoice, int.Parse(charge.Key.Split('-')[^1], CultureInfo.InvariantCulture), Answer);

        public bool IsAbout(CustomerKey customer, InvoiceNo invoice) => charge.Customer == customer && charge.Invoice == invoice;
    }
}
