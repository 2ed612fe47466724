namespace Sluice.Core.Tests.Billing;

/// <summary>Lives that nobody would think of: the books must hold after every step, and where the clock stops must not matter.</summary>
public sealed class RandomLifeTests
{
    private const string MorePlans = """
        basic:    $9.99/month; messages 30 used 0.07 per 1; users 1 used 3 per 1
        quarter:  $55/quarter; messages 300/month
        weekly:   $7/week; messages 70/week
        year_u:   $200/year; messages 100 used 0.10 per 1
        mixed:    $33.33/month; messages 100 used 0.10 per 1; words 100 prepaid 3.33 per 50; users 1 used 5 per 1
        deferred: $20/month; messages prepaid 10 per 100 up next down none
        support:  $30/month; group help; words 5/month
        seats:    $20/month; users 1 used 50 per 1 up now down now
        team:     $60/month; users 3 used 30 per 1 up now down none; messages 200/month
        back:     $45/month; trial 5 days with card then back
        """;

    private static readonly string[] Plans =
        ["free", "pro", "premium", "ultra", "annual", "addon", "boost", "pro_u", "premium_u", "pro_p", "premium_p", "pro_s", "pro_t", "premium_t", "basic", "quarter", "weekly", "year_u", "mixed", "deferred", "support", "back", "seats", "team"];

    private static readonly string[] Edits =
    [
        "pro: $30/month; messages 200/month", "pro_u: $25/month; messages 50 used 0.20 per 1", "pro_p: $15/month; messages 50 prepaid 12 per 100",
        "mixed: $40/month; messages 300 used 0.05 per 1; words 10 prepaid 4 per 50; users 2 used 4 per 1", "addon: add-on; $25/month; words 300/month", "free: messages 70/month",
    ];

    [Fact]
    public void With_a_good_card_it_does_not_matter_where_the_clock_stops() => Property.Holds(60, random =>
    {
        var steps = Steps(random, 14, cards: ["good"]);
        var ends = Enum.GetValues<Clock>().Select(clock => Lived(steps, clock, "good").Whole()).ToList();
        Assert.True(ends.Distinct().Count() == 1, $"{steps}\n{string.Join("\n---\n", ends.Distinct())}");
    });

    [Fact]
    public void Whatever_the_provider_says_the_books_hold_and_the_journal_gives_the_customer_back() => Property.Holds(100, random =>
    {
        var steps = Steps(random, 20, cards: ["good", "good", "decline", "3ds", "none", "slow", "silent"]);
        var story = Lived(steps, random.OneOf(Clock.Moments, Clock.Daily, Clock.Leap), random.OneOf("good", "none", "decline"));
        var told = new[] { story.Stored, story.Replayed }.Select(static customer => (customer.LastNo, customer.Version, customer.NextDue, customer.Billing.Credit, Plans: string.Join(',', Cycles.Held(customer).Select(static held => (held.No, held.PastDue, held.PeriodEnd))),
            Open: string.Join(',', customer.Billing.Open.Select(static open => (open.No, open.Due, open.Asked))), Grants: string.Join(',', customer.Grants.Select(static grant => (grant.No, grant.Balance, grant.NextResetAt))))).ToList();
        Assert.Equal(told[0], told[1]);
    });

    private static BillingStory Lived(string steps, Clock clock, string card)
    {
        var story = new BillingStory(Shop.Of(MorePlans, "free_def"), clock, card);
        story.Run(steps);
        return story;
    }

    private static string Steps(Random random, int count, string[] cards) =>
        string.Join('\n', new[] { "entity a", "entity b" }.Concat(Enumerable.Range(0, count).Select(_ => Step(random, cards))).Append("advance 45d"));

    private static string Step(Random random, string[] cards) => random.Next(19) switch
    {
        16 => $"try bill {random.OneOf(Plans)} line={random.Next(-30, 30)}",
        17 => $"try move {random.OneOf(Plans)} to {random.Next(1, 3)}",
        18 => $"edit {random.OneOf(Edits)}",
        13 => $"try schedule {random.OneOf(Plans)}; 2026-{random.Next(5, 10):00}-{random.Next(1, 28):00} {random.OneOf(Plans)}",
        14 => $"try multi {random.OneOf(Plans)} {random.OneOf(Plans)}",
        15 => $"topup {random.OneOf("messages", "words")} 50 below {random.Next(0, 60)}",
        < 4 => $"try attach {random.OneOf(Plans)} {Options(random)}".TrimEnd(),
        4 => $"try update {random.OneOf("pro_p", "premium_p", "mixed", "deferred")} {{{random.OneOf("messages", "words")}: {random.Next(0, 9) * 100}}}",
        5 => $"try update {random.OneOf("pro", "premium", "mixed")} {{price: {random.Next(1, 60)}}}",
        6 => $"try cancel {random.OneOf(Plans)} {random.OneOf("", "{now: yes}", "{now: yes, refund: full}", "{now: yes, refund: prorated}")}".TrimEnd(),
        7 => $"try uncancel {random.OneOf(Plans)}",
        8 when random.Next(3) == 0 => $"track users {random.Next(-2, 4)}",
        8 => $"track {random.OneOf("messages", "words")} {random.Next(1, 200)}{random.OneOf("", " for a")}",
        9 => $"card {random.OneOf(cards)}",
        10 => $"advance {random.Next(1, 12)}h",
        _ => $"advance {random.Next(1, 40)}d",
    };

    private static string Options(Random random) => random.Next(9) switch
    {
        0 => "{for: a}",
        1 => "{proration: none}",
        2 => $"{{schedule: {random.OneOf("immediate", "end_of_cycle")}}}",
        3 => "{own_cycle: yes}",
        4 => $"{{discount: {random.OneOf("20%", "$5", "50% once", "30% 2 months")}}}",
        5 => $"{{carry: {random.OneOf("balances", "usage")}}}",
        6 => $"{{messages: {random.Next(0, 6) * 100}}}",
        7 => random.OneOf("{anchor: now}", "{tax: 19}", "{invoice: 30 days}", "{invoice: at once}"),
        _ => "",
    };
}
