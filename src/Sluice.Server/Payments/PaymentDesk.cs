using System.Globalization;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Referrals;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Payments;

/// <summary>
/// Asks the provider what invoices ask, and brings its answers back as commands. A question is stored with the commit that
/// asks it and goes when its answer is stored, so none is lost; asked twice, it is the same question to the provider and
/// the same answer to the customer, and the second changes nothing.
/// </summary>
internal sealed partial class PaymentDesk(
    IBillingStore billing, CustomerDirectory directory, CommandRunner runner, ReferralDesk referrals, ScopeDirectory scopes, Providers providers, BillingTurns turns, Freshness freshness, TimeProvider time,
    ILogger<PaymentDesk> log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    private const int MostRounds = 16;
    private const int MostPeriods = 100;

    /// <summary>See <see cref="BillingTurns"/>.</summary>
    public ValueTask<IAsyncDisposable> TakeTurn(Scope scope, CustomerKey customer) => turns.Take(scope, customer);

    /// <summary>A turn that begins when everything due by now has happened and was asked for: a call at the moment of a renewal decides on the renewed plan.</summary>
    public async ValueTask<IAsyncDisposable> TakeTurn(Scope scope, Customer customer, Instant now)
    {
        var turn = await TakeTurn(scope, customer.Key);
        try
        {
            // It may have been long in coming.
            customer = (await directory.Load(scope, customer.Key))?.Committed ?? customer;
            if (customer.Billing.Open.Any(static open => open.Asked is not null)) customer = await Settle(scope, customer, now);

            // After an outage several periods are due, each with a payment of its own.
            for (var period = 0; period < MostPeriods && customer.NextDue <= customer.Moment(now); period++)
            {
                var ran = await runner.Run(scope, [new Addressed(customer.Key, new Command.Tick())], [], now);
                if (ran.End != RunEnd.Done) break;
                customer = await Settle(scope, ran.Customer, now);
            }

            return turn;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Asks at once what a customer's invoices ask, until none asks any more or the provider needs time. What fails here
    /// is asked again later by itself. Whom the customer's first payment rewards is rewarded. Gives the customer after it.
    /// </summary>
    public async ValueTask<Customer> Settle(Scope scope, Customer customer, Instant now)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var tasks = await billing.PaymentTasks(scope.Id, customer.Key);
            var fresh = tasks.Where(static task => task.Tries == 0).ToList();
            if (fresh.Count == 0) break;
            var went = false;
            foreach (var task in fresh) went |= await TryCarryOut(scope, task, now, CancellationToken.None);
            if (!went) break;
        }

        if ((await directory.Load(scope, customer.Key))?.Committed is { } settled) await referrals.RewardFor(scope, settled, now);
        return (await directory.Load(scope, customer.Key))?.Committed ?? customer;
    }

    /// <summary>Asks what is due over all customers; how many there were.</summary>
    public async ValueTask<int> CarryOutDue(Instant now, int limit, CancellationToken stopping)
    {
        var tasks = await billing.LeasePaymentTasks(now, now.Plus(LongestPause), limit);

        // A scope that is not known here may be one that another node has just made.
        if (tasks.Any(task => scopes.Find(task.Scope) is null)) await freshness.Look();
        foreach (var task in tasks)
        {
            if (scopes.Find(task.Scope) is { } scope) await TryCarryOut(scope, task, now, stopping);
            else await billing.DropPaymentTask(task);
        }

        return tasks.Count;
    }

    private async ValueTask<bool> TryCarryOut(Scope scope, PaymentTask task, Instant now, CancellationToken stopping)
    {
        try
        {
            if (await CarryOut(scope, task, now, stopping))
            {
                await billing.DropPaymentTask(task);
                return true;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(task.Kind, task.Invoice.Value, scope.Name, failure);
        }

        await billing.PutOffPaymentTask(task, Instant.Of(time.GetUtcNow()).Plus(PauseAfter(task)));
        return false;
    }

    // True when it need not be asked any more.
    private async ValueTask<bool> CarryOut(Scope scope, PaymentTask task, Instant now, CancellationToken stopping)
    {
        if ((await directory.Load(scope, task.Customer))?.Committed is not { Deleted: false } customer || providers.Of(scope.Environment) is not { } provider) return true;
        var charge = new Charge(KeyOf(task), customer.Key, customer.Profile.Id, customer.Billing.Method, task.Invoice, task.Amount, IsRenewal: false);
        if (task.Kind == PaymentTaskKind.Refund)
        {
            await provider.Refund(charge, stopping);
            return true;
        }

        // Answered meanwhile, or asked anew: this question is an old one.
        if (customer.Billing.Find(task.Invoice) is not { Asked: { } asked } invoice || asked.Attempt != task.Attempt) return true;
        var isAuto = customer.Billing.Changes.Any(change => change.Invoice == invoice.No && change.TopUp is { IsAuto: true });
        charge = charge with { IsRenewal = isAuto || invoice.Reason == InvoiceReason.Renewal };
        var answer = task.Kind == PaymentTaskKind.Collect ? await provider.Collect(charge, stopping) : await provider.Void(charge, stopping);
        var ran = await runner.Run(scope, [new Addressed(customer.Key, new Command.AnswerPayment(task.Invoice, task.Attempt, answer))], [], now);
        return ran.End is RunEnd.Done or RunEnd.Refused;
    }

    // Grows, and differs from customer to customer, so that what failed together does not come again together.
    private static TimeSpan PauseAfter(PaymentTask task)
    {
        var pause = Math.Min(FirstPause.TotalSeconds * Math.Pow(2, Math.Min(task.Tries, 20)), LongestPause.TotalSeconds);
        return TimeSpan.FromSeconds(pause * (0.75 + (task.Customer.Value % 50 / 100d)));
    }

    private static string KeyOf(PaymentTask task) =>
        string.Create(CultureInfo.InvariantCulture, $"sluice-{task.Scope.Value}-{task.Customer.Value}-{task.Invoice.Value}-{(int)task.Kind}-{task.Attempt}");

    [LoggerMessage(Level = LogLevel.Warning, Message = "The payment provider did not carry out {Kind} of invoice {Invoice} ({Scope}); it is tried again.")]
    private partial void Failed(PaymentTaskKind kind, int invoice, string scope, Exception failure);
}

/// <summary>Asks what nobody asked at once: after a failure, a restart, a renewal that the sweeper stored.</summary>
internal sealed partial class PaymentWorker(PaymentDesk desk, TimeProvider time, ILogger<PaymentWorker> log) : BackgroundService
{
    private const int Page = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                while (await desk.CarryOutDue(Instant.Of(time.GetUtcNow()), Page, stopping) == Page)
                {
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Asking the payment provider failed; it is tried again.")]
    private partial void Failed(Exception failure);
}
