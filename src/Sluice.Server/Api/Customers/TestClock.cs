using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Payments;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api.Customers;

/// <summary>
/// customers.advance_test_clock: the time of one sandbox customer, which stands still from then on. Everything that falls
/// due on the way happens in its order, what it asks of the payment provider included, before this answers.
/// customers.set_test_card: the test card of a sandbox customer, without a page.
/// </summary>
internal static class TestClock
{
    private const int MostSteps = 20_000;

    // Periods and trials must have room until the calendar ends.
    private static readonly Instant End = Instant.Of(new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static async ValueTask<Answer> Advance(Call call)
    {
        var body = Body.Of(call.Json);
        var (id, to) = (body.RequiredText("customer_id"), body.Moment("frozen_time"));
        if (to is null) body.Fault("frozen_time", "is required");
        if (to > End) body.Fault("frozen_time", "must lie before the year 9000");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (OnlySandbox(call, "customers.advance_test_clock") is { } live) return live;
        if (await call.Engine.Customers.Find(call.Scope, id, call.Now) is not { Committed: { } customer } cell) return call.NoSuchCustomer(id);
        await using var turn = await call.Engine.Payments.TakeTurn(call.Scope, cell.Key);
        if (to < call.NowOf(customer)) return call.Refuse(RefusalCode.InvalidRequest, "frozen_time: a clock only goes forward.");

        // What was asked of the provider at the old time is answered at it.
        customer = await call.Engine.Payments.Settle(call.Scope, customer, call.Now);

        // One due moment after the other, each with the provider's answer, so that it ends as if lived day by day.
        for (var step = 0; step < MostSteps; step++)
        {
            var at = customer.NextDue is { } due && due < to!.Value ? Instant.Max(due, call.NowOf(customer)) : to!.Value;
            var ran = await call.Run([new Addressed(cell.Key, new Command.AdvanceClock(at))]);
            if (ran.End != RunEnd.Done) return call.Failure(ran);
            customer = await call.Engine.Payments.Settle(call.Scope, ran.Customer, call.Now);
            if (at == to.Value && !(customer.NextDue <= to.Value)) return Answer.Ok(new TestClockBody(id, to.Value, "ready"), ApiJson.Default.TestClockBody);
        }

        return call.Refuse(RefusalCode.InvalidRequest, $"frozen_time: more than {MostSteps} things fall due on the way; the clock stands at {customer.Clock}. Call it again.");
    }

    public static async ValueTask<Answer> SetCard(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("customer_id");
        var card = body.Text("payment_method", required: true, nullable: true);
        if (card is not null && !TestProvider.Cards.ContainsKey(card)) body.Fault("payment_method", $"must be null or one of {string.Join(", ", TestProvider.Cards.Keys.Order())}");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (OnlySandbox(call, "customers.set_test_card") is { } live) return live;
        var ran = await call.Run(id, new Command.ChangePaymentMethod(card is null ? null : TestProvider.Cards[card].Method));
        if (ran.End != RunEnd.Done) return call.Failure(ran);
        await call.Engine.Payments.Settle(call.Scope, ran.Customer, call.Now);
        return Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody);
    }

    private static Answer? OnlySandbox(Call call, string operation) =>
        call.Scope.Environment == ScopeDirectory.Sandbox ? null : call.Refuse(RefusalCode.InvalidRequest, $"{operation} works in a sandbox only: live customers live in real time.");
}

/// <param name="Status">Always ready: everything on the way has happened.</param>
public sealed record TestClockBody(string CustomerId, Instant FrozenTime, string Status);
