using System.Globalization;

namespace Sluice.Simulation;

/// <summary>
/// One line of a story. Customers are named by their number, so that a story without one of its lines still means
/// something; <c>No</c> is the line's own number, of which idempotency keys are made.
/// </summary>
internal abstract record Step(int No)
{
    /// <summary>A request about a customer: the operation and the fields of its body, the customer's id left out.</summary>
    public sealed record Ask(int No, int Customer, string Operation, string Fields = "") : Step(No);

    /// <summary>Usage of a feature, under an idempotency key.</summary>
    public sealed record Use(int No, int Customer, Way Way, string Feature, int Value, string Mode = "reject", string? Entity = null) : Step(No);

    /// <summary>The same request again, with the same key; counted back from the newest.</summary>
    public sealed record Repeat(int No, int Back) : Step(No);

    /// <summary>The oldest hold is settled at a share of what was held, in percent; null = given back.</summary>
    public sealed record Settle(int No, int Customer, int? Percent) : Step(No);

    /// <summary>Usage sent side by side: all of it waits for one commit that is held up.</summary>
    public sealed record Burst(int No, int Customer, int Count, int Value) : Step(No);

    /// <summary>The customer fills in the page of the open checkout.</summary>
    public sealed record Complete(int No, int Customer, string Card) : Step(No);

    public sealed record Pay(int No, int Customer) : Step(No);

    public sealed record Void(int No, int Customer) : Step(No);

    /// <summary>The customer confirms a payment at the provider, or what was under way arrives.</summary>
    public sealed record Confirm(int No, int Customer) : Step(No);

    /// <summary>The provider tells what it told before, in any order.</summary>
    public sealed record Echo(int No, int Pick) : Step(No);

    /// <param name="Outage">Nothing runs meanwhile: neither the sweeper nor the payment worker.</param>
    public sealed record Wait(int No, TimeSpan Time, bool Outage) : Step(No);

    /// <summary>What runs by itself runs once.</summary>
    public sealed record Work(int No) : Step(No);

    /// <summary>A commit to come fails.</summary>
    /// <param name="After">So many commits go well before.</param>
    public sealed record StoreFails(int No, StoreFault How, int After) : Step(No);

    /// <summary>How the provider is from now on, in percent of its calls.</summary>
    public sealed record Weather(int No, int Down, int Loses) : Step(No);

    public sealed record Restart(int No, bool Kill) : Step(No);

    /// <summary>Lives on without the rest of the world: once day by day, once in a leap.</summary>
    public sealed record Twin(int No, int Customer, int Days) : Step(No);

    public string Told => this switch
    {
        Ask s => $"c{s.Customer} {s.Operation} {{{s.Fields}}}",
        Use s => $"c{s.Customer} {Words(s.Way)} {s.Value} {s.Feature} {s.Mode}{(s.Entity is null ? "" : $" for {s.Entity}")}",
        Repeat s => $"the request {s.Back} before the newest is sent again with its key",
        Settle s => $"c{s.Customer} {(s.Percent is { } percent ? $"settles the oldest hold at {percent} %" : "releases the oldest hold")}",
        Burst s => $"c{s.Customer} tracks {s.Value} tokens {s.Count} times side by side",
        Complete s => $"c{s.Customer} completes the checkout with {s.Card}",
        Pay s => $"c{s.Customer} invoices.pay, the oldest open one",
        Void s => $"c{s.Customer} invoices.void, the oldest open one",
        Confirm s => $"c{s.Customer} confirms at the provider",
        Echo s => $"the provider repeats an answer ({s.Pick})",
        Wait s => $"{Span(s.Time)} pass{(s.Outage ? ", Sluice is down" : "")}",
        Work => "the sweeper and the payment worker run",
        StoreFails s => $"after {s.After} commits one fails: {Words(s.How)}",
        Weather s => $"the provider is down for {s.Down} % of its calls and loses {s.Loses} % of its answers",
        Restart s => s.Kill ? "Sluice is killed and starts again" : "Sluice stops and starts again",
        Twin s => $"c{s.Customer} lives {s.Days} days twice, day by day and in a leap",
        _ => throw new InvalidOperationException(GetType().Name),
    };

    private static string Words(Way way) => way switch
    {
        Way.Check => "checks with send_event",
        Way.Hold => "holds",
        _ => "tracks",
    };

    private static string Words(StoreFault how) => how switch
    {
        StoreFault.BeforeCommit => "it is not written",
        StoreFault.AfterCommit => "it is written, and the store says it failed",
        StoreFault.KillBeforeCommit => "Sluice is killed before it is written",
        _ => "Sluice is killed after it is written and before anyone is told",
    };

    private static string Span(TimeSpan time) => time.TotalDays >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.##} days") : time.ToString("c", CultureInfo.InvariantCulture);
}

internal enum Way
{
    Track,
    Check,
    Hold,
}

internal enum StoreFault
{
    BeforeCommit,
    AfterCommit,
    KillBeforeCommit,
    KillAfterCommit,
}
