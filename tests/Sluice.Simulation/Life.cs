using Sluice.Server.Customers;
using Sluice.Server.Payments;
using Sluice.Server.Tests.Driving;
using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>A story lived: the steps are taken one after the other, and after each everything that must hold is looked at.</summary>
internal sealed partial class Life : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    // Long enough for every question to be asked again: the longest pause is about an hour, an answer is waited for a day.
    private const int HoursOfPeace = 24 * 12;

    private readonly ManualTime _time = new(Start);
    private readonly Faults _faults;
    private readonly Bank _bank;
    private readonly Tally _tally;
    private readonly string _file;
    private readonly Sabotage _sabotage;
    private readonly Purse[] _purses;
    private readonly List<Sent> _sent = [];
    private Machine _machine = null!;
    private Auditor _auditor = null!;

    private Life(string file, int customers, Sabotage sabotage, Tally tally)
    {
        (_file, _sabotage, _tally) = (file, sabotage, tally);
        (_faults, _bank) = (new Faults(tally), new Bank(tally));
        _purses = [.. Enumerable.Range(0, customers).Select(static _ => new Purse())];
    }

    /// <summary>Null when all went well; else what broke, and at which step.</summary>
    public static async Task<(Broken Broken, Step? At)?> Live(string file, int customers, IReadOnlyList<Step> steps, Sabotage sabotage, Tally tally)
    {
        await using var life = new Life(file, customers, sabotage, tally);
        Step? at = null;
        try
        {
            await life.Begin(customers);
            foreach (var step in steps)
            {
                at = step;
                await life.Take(step);
                await life.Check();
            }

            at = null;
            await life.End(customers);
            return null;
        }
        catch (Broken broken)
        {
            return (broken, at);
        }
        catch (InvariantViolation bug)
        {
            return (new Broken("the engine breaks none of its own rules", bug.Message, bug), at);
        }
        finally
        {
            tally.Lived(life._time.GetUtcNow() - Start, customers);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _auditor?.Dispose();
        if (_machine is not null) await _machine.DisposeAsync();
    }

    private async Task Begin(int customers)
    {
        _machine = await Machine.Start(_file, _time, _faults, _bank);
        _auditor = new Auditor(_file, _machine.Scope.Id.Value);
        for (var customer = 0; customer < customers; customer++)
        {
            await Must("customers.get_or_create", Body(customer, ""));
            await Must("balances.create", Body(customer, $$""" "feature_id": "tokens", "included_grant": {{Purse.Given}}"""));
            foreach (var entity in Writer.Entities) await Must("entities.create", Body(customer, $$""" "entity_id": "{{entity}}", "feature_id": "users" """));
        }

        await Check();
        _sabotage.Begin(_faults, _bank);

        async Task Must(string operation, string body)
        {
            if (await _machine.Ask(operation, body) is { Status: not 200 } refused) throw new Broken("a story begins", $"{operation} {body}: {refused}");
        }
    }

    // The oracle after each step.
    private async Task Check()
    {
        if (_faults.IsDead) await Restart(kill: true);
        foreach (var account in _auditor.Read(_machine.Scope.ResolveTerms))
        {
            account.Check();
            await Agrees(account);
        }

        // What the auditor has seen may go.
        await _machine.Retire();
        Cash.Check(_bank);
        foreach (var sent in _sent) sent.Check(_auditor);
        _sent.RemoveAll(sent => sent.At < _machine.Now.Plus(-_machine.Settings.KeepIdempotencyKeys));
        for (var customer = 0; customer < _purses.Length; customer++) await CheckPurse(customer);
    }

    // Peace: no more faults, every question is answered, everything due is done; then the last account is taken.
    private async Task End(int customers)
    {
        _faults.Disarm();
        _bank.Change(0, 0, 0);
        while (_bank.Arrive()) _tally.Count("arrived late");
        for (var hour = 0; hour < HoursOfPeace; hour++)
        {
            await Work();
            await Check();
            if (!_auditor.HasQuestions() && !Waits()) break;
            _time.Advance(TimeSpan.FromHours(1));
        }

        await Work();
        if (_auditor.HasQuestions() && !_sabotage.NeverSweeps) throw new Broken("every question to the provider is answered", "some are still asked after days of peace");
        if (_auditor.NextDue() is { } due && due <= _machine.Now) throw new Broken("nothing due is left undone", $"something is due since {due}");
        await Check();
        _auditor.CheckNumbers();
        await Cash.CheckSettled(_bank, _machine.Engine.Billing, _machine.Scope.Id);
        await Restart(kill: false);
        var (faults, shortened) = await _machine.Verify();
        if (faults.Count > 0) throw new Broken("all that is stored fits together", string.Join("; ", faults));
        _tally.Count("journals begun at a checkpoint", shortened);
        _tally.Count("invoices", _auditor.Accounts.Sum(static account => account.Issued.Count));
        _tally.Count("collected", _bank.Collected.Count());
        _tally.Count("journal entries", _auditor.Accounts.Sum(static account => account.Version));
    }

    // A question is open, or it is not known what became of one: a day without an answer, and it is asked again later.
    private bool Waits() => _auditor.Accounts.Any(static account => account.Customer!.Billing.Open.Any(static open =>
        open.Asked is not null || (open is { Problem: PaymentProblem.Unanswered, Attempts: > 0 } && (open.NextAttemptAt is not null || open.VoidsAt is not null))));

    private async Task Restart(bool kill)
    {
        _tally.Fault(kill ? "kill" : "restart");
        _faults.IsDead |= kill;
        await _machine.DisposeAsync();
        _faults.IsDead = false;
        _machine = await Machine.Start(_file, _time, _faults, _bank);
        _auditor.Read(_machine.Scope.ResolveTerms);
        foreach (var account in _auditor.Accounts) await Agrees(account);
    }

    // Memory and store are what the journal gives.
    private async Task Agrees(Auditor.Account account)
    {
        var journal = account.Customer!;
        var memory = await _machine.Standing(journal.Profile.Id!) ?? throw new Broken("a customer that was made is there", journal.Profile.Id!);
        if (!JournalFormat.WriteState(memory).AsSpan().SequenceEqual(JournalFormat.WriteState(journal)))
            throw new Broken("the journal gives the customer back", $"{journal.Profile.Id}: version {memory.Version} in memory, {journal.Version} by the journal");
        if (Due.Next(journal) != journal.NextDue) throw new Broken("the next due moment is known", $"{journal.Profile.Id}: {journal.NextDue}");
    }

    private async Task CheckPurse(int customer)
    {
        var state = (await _machine.Standing(Id(customer)))!;
        var left = state.Grants.Where(static grant => grant.Feature.Value == "tokens").Sum(static grant => grant.Balance.Value);
        if (left != _purses[customer].Left) throw new Broken("usage counts exactly once", $"c{customer} has {left} tokens, and {_purses[customer].Left} by what was answered");
        if (left < 0) throw new Broken("nothing is oversold", $"c{customer} has {left} tokens");
    }

    private static string Id(int customer) => $"c{customer}";

    private static string Body(int customer, string fields) => $$"""{"customer_id": "{{Id(customer)}}"{{(string.IsNullOrWhiteSpace(fields) ? "" : ",")}}{{fields}}}""";
}
