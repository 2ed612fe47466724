using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>Lives of billing, written down and read back after every step: what is read is what was decided.</summary>
public sealed class BillingRoundTripTests
{
    private static readonly FeatureId Messages = new("messages");
    private static readonly Interval Month = new(IntervalUnit.Month);

    private static readonly Catalog Shop = new(1, [new Feature(Messages, "Messages", FeatureType.Metered, true, [], [], null, false, Sample.Start)],
    [
        Plan("free", null, new ItemTerms(new TermsId(1), Messages, Quantity.Of(50), false, Month)) with { AutoEnable = true },
        Plan("pro", 20, Priced(2, BillingMethod.UsageBased, 0.1m)),
        Plan("packs", 20, Priced(3, BillingMethod.Prepaid, 10, new Proration(OnIncrease.ProrateNextCycle, OnDecrease.None))),
        Plan("tried", 50, Priced(4, BillingMethod.Prepaid, 7)) with { FreeTrial = new FreeTrial(5, TrialUnit.Day, true, null) },
        Plan("back", 70, Priced(5, BillingMethod.Prepaid, 7)) with { FreeTrial = new FreeTrial(3, TrialUnit.Day, true, true) },
        Plan("once", null, Priced(6, BillingMethod.Prepaid, 5) with { Reset = Interval.OneOff, Price = Price(BillingMethod.Prepaid, 5, Interval.OneOff) }) with { AddOn = true },
    ]) { Policy = BillingPolicy.Default with { HasProvider = true, TaxRate = 19m } };

    [Fact]
    public void What_is_read_is_what_was_decided()
    {
        var seed = Seed.Print();
        for (var life = 0; life < 40; life++) Live(new Random(seed + life), $"seed {seed + life}");
    }

    private static void Live(Random random, string where)
    {
        var (now, decided, read) = (Sample.Start, (Customer?)null, (Customer?)null);
        Do(new Command.Create(new CustomerKey(1), new Profile("c")));
        Do(new Command.ChangePaymentMethod(new PaymentMethod("pm", "card", "visa", "4242", 1, 2030)));
        for (var step = 0; step < 40; step++)
        {
            now = now.Plus(TimeSpan.FromHours(random.Next(0, 400)));
            Do(new Command.Tick());
            Do(Any(random));
            while (random.Next(5) > 0 && Answer(decided!, random) is { } answer) Do(answer);
        }

        void Do(Command command)
        {
            if (Decider.Decide(decided, Shop, command, now) is not Decision.Accepted accepted) return;
            decided = accepted.Customer;
            foreach (var entry in accepted.Entries)
            {
                var (events, at) = JournalFormat.ReadEntry(1, JournalFormat.WriteEntry(entry.Events, now), CustomerEvent.Used.In(entry.Events)?.Properties, Terms);
                read = CustomerState.ApplyEntry(read, events, at);
            }

            Assert.True(Actor.Text(decided) == Actor.Text(read!), $"{where}: {command.GetType().Name} is not what was written");
            read = JournalFormat.ReadState(1, JournalFormat.WriteState(read!), Terms);
            Assert.True(Actor.Text(decided) == Actor.Text(read) && decided.NextDue == read.NextDue, $"{where}: the state after {command.GetType().Name} is not what was written");
        }
    }

    private static Command Any(Random random)
    {
        var plan = new PlanId(new[] { "free", "pro", "packs", "tried", "back", "once" }[random.Next(6)]);
        return random.Next(9) switch
        {
            0 or 1 or 2 => new Command.Attach(plan, null, Some(plan, random), false, null) { Options = Options(random) },
            3 => new Command.UpdatePlan(new PlanSelector(plan)) { Quantities = Some(plan, random) },
            4 => new Command.UpdatePlan(new PlanSelector(plan)) { Cancel = (CancelAction)random.Next(3), Refund = null },
            5 => new Command.UpdatePlan(new PlanSelector(plan)) { Customize = new Customization { Price = new PlanPrice(new Price(random.Next(1, 40)), Month) } },
            6 => new Command.ChangePaymentMethod(random.Next(2) == 0 ? null : new PaymentMethod("pm2", "card")),
            7 => new Command.ChangeControls(new BillingControls(TopUps: [new AutoTopUp(Messages, true, Quantity.Of(20), Quantity.Of(100))])),
            _ => new Command.Track(Messages, null, Quantity.Of(random.Next(1, 200)), OverageBehavior.Cap, null, null),
        };
    }

    // To the oldest invoice that asks something of the provider; nothing can be collected without a card.
    private static Command.AnswerPayment? Answer(Customer customer, Random random) =>
        customer.Billing.Open.FirstOrDefault(invoice => invoice.Asked is { } asked && (asked.What == PaymentAsk.Void || customer.Billing.Method is not null)) is { Asked: { } asked } invoice
            ? new Command.AnswerPayment(invoice.No, asked.Attempt, asked.What == PaymentAsk.Collect ? (PaymentAnswer)random.Next(5) : PaymentAnswer.Voided)
            : null;

    private static AttachOptions Options(Random random) => random.Next(6) switch
    {
        0 => AttachOptions.Default with { InvoiceMode = new InvoiceMode(random.Next(2) == 0) },
        1 => AttachOptions.Default with { Schedule = PlanSchedule.EndOfCycle },
        2 => AttachOptions.Default with { Discounts = [new DiscountWish(new Discount("ten", 10m, null, []), random.Next(3))] },
        3 => AttachOptions.Default with { Redirect = Redirect.Always },
        _ => AttachOptions.Default,
    };

    private static ImmutableDictionary<FeatureId, Quantity> Some(PlanId plan, Random random) =>
        plan.Value is "free" or "pro" ? ImmutableDictionary<FeatureId, Quantity>.Empty : ImmutableDictionary<FeatureId, Quantity>.Empty.Add(Messages, Quantity.Of(random.Next(0, 5) * 100));

    private static ItemTerms Terms(TermsId id) => Shop.Plans.SelectMany(static plan => plan.Items).First(item => item.Id == id);

    private static Plan Plan(string id, decimal? price, ItemTerms item) => new(
        new PlanId(id), 1, id, null, null, false, false, price is { } amount ? new PlanPrice(new Price(amount), Month) : null, [item], null, false, null, null, null, false, Sample.Start);

    private static ItemTerms Priced(long id, BillingMethod method, decimal amount, Proration? proration = null) =>
        new(new TermsId(id), Messages, Quantity.Zero, false, Month, Price(method, amount, Month), Proration: proration);

    private static ItemPrice Price(BillingMethod method, decimal amount, Interval interval) => new(new Price(amount), [], null, interval, Quantity.Of(method == BillingMethod.Prepaid ? 100 : 1), method, null);
}
