using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Server.Api;
using Sluice.Server.Customers;
using Sluice.Server.Payments;
using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>What each kind of step does.</summary>
internal sealed partial class Life
{
    private const int Tries = 12;

    private Task Take(Step step) => step switch
    {
        Step.Ask s => Ask(s),
        Step.Use s => Use(new Sent(s, _machine.Now)),
        Step.Repeat s => Repeat(s),
        Step.Settle s => Settle(s),
        Step.Burst s => Burst(s),
        Step.Complete s => Complete(s),
        Step.Pay s => OfInvoice(s.Customer, s.No, "invoices.pay"),
        Step.Void s => OfInvoice(s.Customer, s.No, "invoices.void"),
        Step.Confirm s => Confirm(s),
        Step.Echo s => Echo(s),
        Step.Wait s => Wait(s),
        Step.Work => Work(),
        Step.StoreFails s => Now(() => _faults.Arm(s.How, s.After)),
        Step.Weather s => Now(() => _bank.Change(s.Down, s.Loses, s.No)),
        Step.Restart s => Restart(s.Kill),
        Step.Twin s => Twin(s),
        _ => throw new InvalidOperationException(step.GetType().Name),
    };

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    // A request under a key, repeated until its fate is known. What is refused has changed nothing.
    private async Task<(Reply Reply, bool WasUnknown)> Sure(int customer, string operation, string fields, string? key, bool inBody = false)
    {
        var body = Body(customer, key is null || !inBody ? fields : $$"""{{fields}}, "idempotency_key": "{{key}}" """);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (_faults.IsDead) await Restart(kill: true);
            var before = await _machine.Standing(Id(customer));
            var reply = await _machine.Ask(operation, body, inBody ? null : key);
            _tally.Command(operation, reply.Status);
            if (reply.Status is 500 or 429) throw new Broken("a request never breaks", $"{operation} {body}: {reply}\n{_machine.Bug}");
            if (reply.Status == 503) continue;
            if (reply.IsRefused) await Unchanged(customer, before!, $"{operation} {body}: {reply}");
            return (reply, attempt > 0);
        }

        throw new Broken("a request is answered in the end", $"{operation} {body}");
    }

    private async Task Unchanged(int customer, Customer before, string request)
    {
        var after = await _machine.Standing(Id(customer));
        if (!IsAtRest(before) || before.Version == after!.Version) return;
        throw new Broken("what is refused changes nothing", request);
    }

    // What costs something is previewed first, and must come as it was shown.
    private async Task Ask(Step.Ask step)
    {
        step = step with { Fields = await Held(step) };
        var preview = step.Operation is "billing.attach" or "billing.multi_attach" or "billing.update" ? await Preview(step) : null;
        var issued = _auditor.Accounts.First(account => account.Customer!.Profile.Id == Id(step.Customer)).Issued.Count;
        var (reply, wasUnknown) = await Sure(step.Customer, step.Operation, step.Fields, $"a{step.No}");
        if (preview is not { } shown || wasUnknown || _faults.IsDead) return;
        if (reply.Status == 200 != (shown.Status == 200)) throw new Broken("a preview is refused when the call is", $"previewed {shown}\ncalled {reply}");
        if (reply.Status != 200) return;
        _auditor.Read(_machine.Scope.ResolveTerms).ToList().ForEach(static account => account.Check());
        var invoice = _auditor.Accounts.First(account => account.Customer!.Profile.Id == Id(step.Customer)).Issued.Skip(issued).FirstOrDefault();
        var isCheckout = invoice is null && reply.Body.TryGetProperty("payment_url", out var url) && url.ValueKind == JsonValueKind.String;
        if (!isCheckout) Same(shown, invoice, reply);
    }

    // "held 3" stands for one of the plans that the customer holds.
    private async Task<string> Held(Step.Ask step)
    {
        if (!step.Fields.Contains("\"held ", StringComparison.Ordinal)) return step.Fields;
        var plans = Cycles.Held((await _machine.Standing(Id(step.Customer)))!).Select(static held => held.Plan.Value).Where(static plan => plan != "base").ToList();
        return Regex.Replace(step.Fields, "\"held ([0-9]+)\"", match => $"\"{(plans.Count == 0 ? "pro" : plans[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) % plans.Count])}\"");
    }

    // Otherwise a call of billing first lets happen what is due, and asks what is to be asked.
    private bool IsAtRest(Customer customer) => !(customer.NextDue <= customer.Moment(_machine.Now)) && customer.Billing.Open.All(static open => open.Asked is null);

    // Null when the call would decide on a later state than the preview.
    private async Task<Reply?> Preview(Step.Ask step)
    {
        var before = (await _machine.Standing(Id(step.Customer)))!;
        if (!IsAtRest(before)) return null;
        var operation = step.Operation.Replace("billing.", "billing.preview_", StringComparison.Ordinal);
        var reply = await _machine.Ask(operation, Body(step.Customer, step.Fields));
        _tally.Command(operation, reply.Status);
        if (reply.Status >= 500) throw new Broken("a request never breaks", $"{operation} {step.Fields}: {reply}\n{_machine.Bug}");
        if ((await _machine.Standing(Id(step.Customer)))!.Version != before.Version) throw new Broken("a preview changes nothing", step.Told);
        return reply;
    }

    private static void Same(Reply shown, Invoice? invoice, Reply reply)
    {
        var total = shown.Body.GetProperty("total").GetDecimal();
        var lines = shown.Body.GetProperty("line_items").EnumerateArray().Select(static line => line.GetProperty("total").GetDecimal()).ToList();
        var charged = invoice is null ? 0m : invoice.CreditUsed.IsPositive ? invoice.Due.Major : invoice.Total.Major;
        if (total != charged || !lines.SequenceEqual(invoice?.Lines.Select(static line => line.Total.Major) ?? []))
            throw new Broken("a preview is the invoice to the cent", $"{total} shown, {charged} invoiced\n{shown}\n{reply}");
    }

    private async Task Use(Sent sent)
    {
        var (step, key) = (sent.Step, $"k{sent.Step.No}");
        var purse = step.Feature == "tokens" ? _purses[step.Customer] : null;
        var fits = purse?.Fits(step.Value) ?? true;
        var entity = step.Entity is null ? "" : $$""", "entity_id": "{{step.Entity}}" """;
        var amount = step.Way == Way.Track ? $"\"value\": {step.Value}, \"overage_behavior\": \"{step.Mode}\"" : $"\"required_balance\": {step.Value}, \"send_event\": true";
        var hold = step.Way == Way.Hold ? $$""", "lock": {"enabled": true, "lock_id": "h{{step.No}}"}""" : "";
        var fields = $$""" "feature_id": "{{step.Feature}}", {{amount}}, "properties": {"mark": "{{key}}"}{{entity}}{{hold}}""";
        var (reply, wasUnknown) = await Sure(step.Customer, step.Way == Way.Track ? "balances.track" : "balances.check", fields, key, inBody: step.Way == Way.Track);
        _auditor.Read(_machine.Scope.ResolveTerms).ToList().ForEach(static account => account.Check());
        sent.Counts = wasUnknown && reply.Code == "duplicate_idempotency_key" ? (step.Way == Way.Track || _auditor.Uses(key) > 0)
            : reply.Status == 200 && (step.Way == Way.Track || reply.Body.GetProperty("allowed").GetBoolean());
        sent.UsesKey = reply.Status == 200 || reply.Code == "duplicate_idempotency_key";
        if (!_sent.Contains(sent)) _sent.Add(sent);
        if (purse is null) return;
        var caps = step is { Way: Way.Track, Mode: "cap" };
        if (sent.Counts != (fits || caps)) throw new Broken("nothing is oversold, and nothing withheld", $"{step.Told} with {purse.Left} left: {reply}");
        if (!sent.Counts) return;
        if (step.Way == Way.Hold) purse.Hold($"h{step.No}", step.Value);
        else purse.Take(step.Value, caps);
    }

    private async Task Repeat(Step.Repeat step)
    {
        if (_sent.Count == 0) return;
        var sent = _sent[^(1 + (step.Back % _sent.Count))];
        if (sent.At <= _machine.Now.Plus(-_machine.Settings.KeepIdempotencyKeys)) return;
        if (!sent.UsesKey)
        {
            await Use(sent);
            return;
        }

        var key = $"k{sent.Step.No}";
        var (reply, _) = await Sure(sent.Step.Customer, sent.Step.Way == Way.Track ? "balances.track" : "balances.check", $$""" "feature_id": "{{sent.Step.Feature}}" """, key, inBody: sent.Step.Way == Way.Track);
        if (reply.Code != "duplicate_idempotency_key") throw new Broken("a key counts once", $"{sent.Step.Told}: {reply}");
    }

    private async Task Settle(Step.Settle step)
    {
        var purse = _purses[step.Customer];
        if (purse.Held is not { } hold) return;
        var used = hold.Value * (step.Percent ?? 0) / 100;
        var fields = step.Percent is null ? "\"action\": \"release\"" : $"\"action\": \"confirm\", \"override_value\": {used}";
        var (reply, wasUnknown) = await Sure(step.Customer, "balances.finalize", $$""" "lock_id": "{{hold.Id}}", "properties": {"mark": "f{{step.No}}"}, {{fields}}""", $"f{step.No}");
        if (reply.Status == 200 || (wasUnknown && reply.Code == "duplicate_idempotency_key")) purse.Settle(used);
        else purse.Lapse();
    }

    // The first one's commit is held up until all the others are in the queue.
    private async Task Burst(Step.Burst step)
    {
        if (_faults.IsDead) await Restart(kill: true);
        var purse = _purses[step.Customer];
        _faults.Hold();
        var sent = Enumerable.Range(0, step.Count).Select(one => (Key: $"b{step.No}-{one}", Asked: Started(one))).ToList();
        _faults.LetGo();
        var counted = 0;
        foreach (var (key, asked) in sent)
        {
            var (reply, wasUnknown) = (await asked, false);
            _tally.Command("balances.track", reply.Status);
            if (reply.Status == 503) (reply, wasUnknown) = (await Sure(step.Customer, "balances.track", Fields(key), key, inBody: true)) is var (again, _) ? (again, true) : default;
            if (reply.Status == 200 || (wasUnknown && reply.Code == "duplicate_idempotency_key")) counted++;
        }

        var fitting = Math.Min(step.Count, purse.Left / step.Value);
        if (counted != fitting) throw new Broken("nothing is oversold, and nothing withheld", $"{step.Told} with {purse.Left} left: {counted} were counted");
        purse.Take(counted * step.Value, caps: false);

        string Fields(string key) => $$""" "feature_id": "tokens", "value": {{step.Value}}, "overage_behavior": "reject", "properties": {"mark": "{{key}}"}""";

        Task<Reply> Started(int one)
        {
            var asked = _machine.Ask("balances.track", Body(step.Customer, $$"""{{Fields($"b{step.No}-{one}")}}, "idempotency_key": "b{{step.No}}-{{one}}" """));
            if (one == 0) SpinWait.SpinUntil(() => asked.IsCompleted || _faults.IsHolding);
            return asked;
        }
    }

    private async Task Complete(Step.Complete step)
    {
        if (await _machine.Standing(Id(step.Customer)) is not { Billing.Checkout: { } checkout } customer) return;
        await Said(customer.Key, new Command.CompleteCheckout(checkout.No, TestProvider.Cards[step.Card].Method));
    }

    private async Task OfInvoice(int customer, int no, string operation)
    {
        if (await _machine.Standing(Id(customer)) is not { Billing.Open: [var invoice, ..] } state) return;
        await Sure(customer, operation, $"\"invoice_id\": \"{PublicIds.Of(state.Key, invoice.No)}\"", $"i{no}");
    }

    private async Task Confirm(Step.Confirm step)
    {
        if (await _machine.Standing(Id(step.Customer)) is { } customer && _bank.Confirm(customer.Key)) _tally.Count("confirmed");
        await Deliver();
    }

    private async Task Echo(Step.Echo step)
    {
        if (_bank.Echo(step.Pick, out var customer) is not { } answer) return;
        _tally.Fault("answer repeated");
        await Said(customer, answer);
    }

    private async Task Deliver()
    {
        while (_bank.News(out var customer) is { } news && await Said(customer, news)) _bank.Heard();
    }

    // False: it is to be said again.
    private async Task<bool> Said(CustomerKey customer, Command command)
    {
        try
        {
            if (_faults.IsDead) await Restart(kill: true);
            return (await _machine.Say(customer, command)).End is RunEnd.Done or RunEnd.Refused;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task Wait(Step.Wait step)
    {
        var end = _machine.Now.Plus(step.Time);
        if (step.Outage) _time.Advance(step.Time);
        var least = step.Time.TotalDays > 20 ? TimeSpan.FromHours(6) : step.Time.TotalDays > 2 ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(1);
        while (_machine.Now < end)
        {
            var next = Instant.Min(Instant.Max(_auditor.NextDue() ?? end, _machine.Now.Plus(least)), end);
            _time.Advance(TimeSpan.FromMilliseconds(next.Milliseconds - _machine.Now.Milliseconds));
            await Work();
        }
    }

    private async Task Work()
    {
        if (_faults.IsDead) await Restart(kill: true);
        if (_sabotage.NeverSweeps) return;
        await _machine.Work();
        await Deliver();
    }

    private async Task Twin(Step.Twin step)
    {
        if (await _machine.Standing(Id(step.Customer)) is { } customer) Twins.Check(customer, _machine.Scope.Catalog, customer.Moment(_machine.Now), TimeSpan.FromDays(step.Days));
    }

    /// <summary>Usage that was sent, and whether it counts.</summary>
    private sealed class Sent(Step.Use step, Instant at)
    {
        public Step.Use Step => step;

        public Instant At => at;

        public bool Counts { get; set; }

        /// <summary>The key is used up.</summary>
        public bool UsesKey { get; set; }

        public void Check(Auditor auditor)
        {
            var times = auditor.Uses($"k{step.No}");
            if (times != (Counts ? 1 : 0)) throw new Broken("usage counts exactly once", $"{step.Told} is there {times} times, and was {(Counts ? "" : "not ")}acknowledged");
        }
    }
}
