namespace Sluice.Server.Tests;

/// <summary>
/// Worked cases over HTTP. A plan is a list of items, "messages 100 month" with further words such as "ppu 400" (paid
/// per use, 400 at most beyond the included) or "prepaid 500" (bought); plans are set apart by ";", an add-on begins
/// with "+". Each step says what is asked and, after "→", what must come of it: granted/remaining/usage, "drew" the
/// deductions, "rows" what is left of each grant in the order they are drawn on.
/// </summary>
public sealed class AcceptanceTests(ScriptedCustomers customers) : IClassFixture<ScriptedCustomers>
{
    [Theory]
    [InlineData("A01 cap takes what fits", "messages 100 month",
        "track 30 → 100/70/30 drew 30 | check 70 → yes | check 70.01 → no | track 80 → 100/0/100 drew 70")]
    [InlineData("A02 reject is all or nothing", "messages 100 month",
        "track 101 reject → 400 insufficient_balance | get → 100/100/0 events 0 | track 100 reject → 100/0/100")]
    [InlineData("A03 overflow goes below zero", "messages 100 month",
        "track 150 overflow → 100/0/150 | track 10 → 100/0/150 drew nothing | check 1 → no")]
    [InlineData("A04 paid per use up to a limit", "messages 100 month ppu 400",
        "check 500 → yes | check 501 → no | track 600 → 100/0/500 max 400 | track -50 → 100/0/450 | check 50 → yes")]
    [InlineData("A05 monthly before lifetime, and only it resets", "messages 500 month, messages 200 one_off",
        "track 400 → 700/300/400 rows 100,200 | track 200 → 700/100/600 rows 0,100 | reset | get → 700/600/100 rows 500,100")]
    [InlineData("A06 a free main plan before an add-on paid per use", "messages 1000 month; + messages 500 month ppu",
        "track 500 → 1500/1000/500 rows 500,500 | track 700 → 1500/300/1200 rows 0,300 | track 500 → 1500/0/1700 overage")]
    [InlineData("A07 prepaid before paid per use", "messages 100 month prepaid 500, messages 200 month ppu 300",
        "track 600 → 800/200/600 rows 0,200 | track 400 → 800/0/1000 | track 200 reject → 400 insufficient_balance | get → 800/0/1000 | track 200 → 800/0/1100")]
    [InlineData("A10 own units, then credits", "action1 100 month, credits 200 month",
        "track 40.5 action1 → 100/59.5/40.5 | track 80 action1 → 100/0/100 of action1 | get credits → 200/195.9/4.1 | track 50.75 action1 → 200/185.75/14.25 of credits drew 10.15"
        + " | check 928.75 action1 → yes of credits needs 185.75 | check 929 action1 → no")]
    [InlineData("A11 a check that records, in credits", "credits 1000 month",
        "send 27.35 action1 → yes | get credits → 1000/994.53/5.47 events 1 | send 10000 action1 → no | get credits → 1000/994.53/5.47 events 1")]
    [InlineData("A12 not granted, a flag, unlimited", "dash, messages unlimited; + messages 100 month",
        "check 1 seats → no | track 1 action2 → nothing | check 1 dash → yes | send 1 dash → 400 invalid_request | track 500 → 0/0/500 | check 1000000000 → yes | check 1 nope → 404 feature_not_found")]
    [InlineData("A14 free seats may go below zero by track", "seats 5",
        "track 8 seats → 5/0/8 | check 1 seats → no | track 1 seats reject → 400 insufficient_balance | track -2 seats → 5/0/6 | track -2 seats → 5/1/4 | track -20 seats → 5/5/0")]
    [InlineData("refunds fill overage first, then in order", "messages 100 month, messages 50 one_off; + messages 0 month ppu",
        "track 180 → 150/0/180 | track -20 → 150/0/160 | track -20 → 150/10/140 | track -50 → 150/60/90")]
    [InlineData("shorter intervals first", "messages 5 hour, messages 10 month", "track 8 → 15/7/8 rows 0,7")]
    [InlineData("a set balance is remembered as usage", "messages 100 month", "set remaining 80 | get → 100/80/20 | set remaining 120 | get → 100/120/-20 | set usage 130 | get → 100/0/130")]
    public async Task A_customer_lives_through(string story, string plans, string steps) => await (await customers.With(plans)).Live(story, steps);
}
