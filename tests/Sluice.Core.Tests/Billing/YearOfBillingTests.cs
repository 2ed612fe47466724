using System.Collections.Immutable;
using System.Diagnostics;
using Xunit.Abstractions;

namespace Sluice.Core.Tests.Billing;

/// <summary>How long a year of many customers takes to decide; printed, and held against a bound that a slow machine keeps too.</summary>
public sealed class YearOfBillingTests(ITestOutputHelper output)
{
    private const int Customers = 10_000;

    private static readonly string[] Plans = ["pro", "premium", "pro_u", "pro_p", "pro_s", "annual", "pro_t", "free_def"];

    [Fact]
    [Trait("Category", "Long")]
    public void Ten_thousand_customers_are_billed_through_a_year()
    {
        var shop = Shop.Of("", "free_def");
        var (clock, invoices) = (Stopwatch.StartNew(), 0);
        for (var number = 0; number < Customers; number++) invoices += Year(shop, number);
        output.WriteLine($"{Customers} customers, 12 months, {invoices} invoices: {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.InRange(invoices, Customers * 6, Customers * 20);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
    }

    private static int Year(Catalog shop, int number)
    {
        var (now, invoices) = (BillingStory.Start, 0);
        Customer? customer = null;
        Do(new Command.Create(new CustomerKey(number + 1), new Profile("c")));
        Do(new Command.ChangePaymentMethod(new PaymentMethod("pm", "card")));
        var plan = Plans[number % Plans.Length];
        if (plan != "free_def") Do(new Command.Attach(new PlanId(plan), null, Bought(plan), false, null));
        for (var month = 1; month <= 12; month++)
        {
            for (var use = 0; use < 4; use++) Do(new Command.Track(new FeatureId("messages"), null, Quantity.Of((number % 90) + 1), OverageBehavior.Cap, null, null));
            now = new Interval(IntervalUnit.Month).Boundary(BillingStory.Start, month)!.Value;
            Do(new Command.Tick());
            if (month == 6 && number % 5 == 0) Do(new Command.Attach(new PlanId("ultra"), null, ImmutableDictionary<FeatureId, Quantity>.Empty, false, null));
        }

        return invoices;

        void Do(Command command)
        {
            var decision = Decider.Decide(customer, shop, command, now);
            if (decision is Decision.Refused refused) Assert.Fail($"{command}: {refused}");
            var accepted = (Decision.Accepted)decision;
            customer = accepted.Customer;
            foreach (var entry in accepted.Entries) invoices += entry.Events.Count(static happened => happened is CustomerEvent.InvoiceIssued);
            if (BillingStory.Asked(customer) is { Asked: { What: PaymentAsk.Collect } asked } invoice) Do(new Command.AnswerPayment(invoice.No, asked.Attempt, PaymentAnswer.Paid));
            else if (customer.NextDue <= now) Do(new Command.Tick());
        }
    }

    private static ImmutableDictionary<FeatureId, Quantity> Bought(string plan) =>
        plan == "pro_p" ? ImmutableDictionary<FeatureId, Quantity>.Empty.Add(new FeatureId("messages"), Quantity.Of(300)) : ImmutableDictionary<FeatureId, Quantity>.Empty;
}
