namespace Sluice.Simulation;

/// <summary>Writes a story from a seed. All chance is in here: what is written is what happens.</summary>
internal sealed class Writer(int seed, int customers)
{
    public static readonly string[] Entities = ["a", "b"];

    private static readonly string[] Cards =
        ["pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_mastercard", "pm_card_chargeDeclined", "pm_card_authenticationRequired", "pm_card_chargeCustomerFail", "pm_card_slow"];

    private readonly Random _chance = new(seed);
    private int _last;

    public List<Step> Story(int steps)
    {
        var story = new List<Step>();
        for (var customer = 0; customer < customers; customer++)
        {
            if (_chance.Next(4) > 0) story.Add(Card(customer));
        }

        for (var at = 0; at < steps; at++) story.Add(Next(_chance.Next(customers)));
        return story;
    }

    private int No => ++_last;

    private string Held => $"held {_chance.Next(6)}";

    private Step Next(int c) => _chance.Next(100) switch
    {
        < 20 => Attach(c),
        < 24 => new Step.Ask(No, c, "billing.multi_attach", $$"""
            "plans": [{"plan_id": "{{One(Offers.Plans)}}"}, {"plan_id": "{{One(Offers.Plans)}}"}]
            """),
        < 27 => new Step.Ask(No, c, "billing.create_schedule", $$"""
            "phases": [{"plans": [{"plan_id": "{{One(Offers.Plans)}}"}]}, {"starting_after": {"duration_type": "month", "duration_count": {{_chance.Next(1, 4)}}}, "plans": [{"plan_id": "{{One(Offers.Plans)}}"}]}]
            """),
        < 31 => Quantities(c),
        < 36 => Cancel(c),
        < 38 => new Step.Ask(No, c, "billing.update", $$""" "plan_id": "{{Held}}", "customize": {"price": {"amount": {{_chance.Next(1, 60)}}, "interval": "month"} }"""),
        < 48 => Use(c),
        < 50 => new Step.Repeat(No, _chance.Next(6)),
        < 52 => new Step.Settle(No, c, _chance.Next(4) == 0 ? null : _chance.Next(0, 101)),
        < 54 => new Step.Burst(No, c, _chance.Next(2, 12), _chance.Next(1, 40)),
        < 57 => Card(c),
        < 60 => new Step.Complete(No, c, One(Cards)),
        < 62 => new Step.Pay(No, c),
        < 63 => new Step.Void(No, c),
        < 66 => new Step.Confirm(No, c),
        < 68 => new Step.Echo(No, _chance.Next(1000)),
        < 70 => ByHand(c),
        < 72 => TopUps(c),
        < 74 => new Step.Ask(No, c, "entities." + One("create", "create", "delete"), $$""" "entity_id": "{{One("a", "b", "c", "d")}}", "feature_id": "users" """),
        < 77 => new Step.StoreFails(No, (StoreFault)_chance.Next(4), _chance.Next(0, 8)),
        < 80 => _chance.Next(2) == 0 ? new Step.Weather(No, 0, 0) : new Step.Weather(No, One(0, 20, 60, 100), One(0, 20, 60)),
        < 81 => new Step.Restart(No, _chance.Next(2) == 0),
        < 83 => new Step.Work(No),
        < 84 => new Step.Twin(No, c, _chance.Next(20, 100)),
        _ => new Step.Wait(No, Time(), _chance.Next(4) == 0),
    };

    private TimeSpan Time() => _chance.Next(10) switch
    {
        < 2 => TimeSpan.FromSeconds(_chance.Next(1, 120)),
        < 4 => TimeSpan.FromMinutes(_chance.Next(1, 600)),
        < 6 => TimeSpan.FromHours(_chance.Next(1, 72)),
        < 9 => TimeSpan.FromDays(_chance.Next(1, 40)),
        _ => TimeSpan.FromDays(_chance.Next(40, 200)),
    };

    private Step.Ask Attach(int c) => new(No, c, "billing.attach", $$""" "plan_id": "{{One(Offers.Plans)}}"{{Options()}}""");

    private string Options() => _chance.Next(12) switch
    {
        0 => $$""", "entity_id": "{{One(Entities)}}" """,
        1 => """, "proration_behavior": "none" """,
        2 => $$""", "plan_schedule": "{{One("immediate", "end_of_cycle")}}" """,
        3 => """, "new_billing_subscription": true""",
        4 => $$""", "carry_over_balances": {"enabled": true}""",
        5 => $$""", "carry_over_usages": {"enabled": true}""",
        6 => $$""", "feature_quantities": [{"feature_id": "{{One("messages", "words")}}", "quantity": {{_chance.Next(0, 6) * 100}}}]""",
        7 => """, "billing_cycle_anchor": "now" """,
        8 => $$""", "invoice_mode": {"enabled": true, "enable_plan_immediately": {{One("true", "false")}}, "net_terms_days": {{_chance.Next(0, 40)}}}""",
        _ => "",
    };

    private Step.Ask Quantities(int c)
    {
        var (plan, feature) = One(Offers.Prepaid);
        if (_chance.Next(2) == 0) plan = Held;
        return new(No, c, "billing.update", $$""" "plan_id": "{{plan}}", "feature_quantities": [{"feature_id": "{{feature}}", "quantity": {{_chance.Next(0, 9) * 100}}}]""");
    }

    private Step.Ask Cancel(int c) => new(No, c, "billing.update", $$""" "plan_id": "{{Held}}", """ + _chance.Next(5) switch
    {
        0 => """ "cancel_action": "cancel_immediately" """,
        1 => $$""" "cancel_action": "cancel_immediately", "refund_last_payment": "{{One("full", "prorated")}}" """,
        2 => """ "cancel_action": "uncancel" """,
        _ => """ "cancel_action": "cancel_end_of_cycle" """,
    });

    private Step.Use Use(int c) => _chance.Next(8) switch
    {
        0 => new(No, c, Way.Track, "users", _chance.Next(-2, 4), "cap"),
        1 => new(No, c, Way.Hold, "tokens", _chance.Next(1, 300)),
        2 or 3 => new(No, c, (Way)_chance.Next(2), "tokens", _chance.Next(1, 300), One("reject", "cap")),
        _ => new(No, c, Way.Track, One("messages", "words"), _chance.Next(1, 200), One("cap", "reject"), _chance.Next(5) == 0 ? "a" : null),
    };

    private Step.Ask Card(int c) => new(No, c, "customers.set_test_card", $$""" "payment_method": {{(_chance.Next(8) == 0 ? "null" : $"\"{One(Cards)}\"")}}""");

    private Step.Ask ByHand(int c) => new(No, c, "balances.update", $$""" "feature_id": "words", "{{One("add_to_balance", "remaining")}}": {{_chance.Next(1, 100)}}""");

    private Step.Ask TopUps(int c) => new(No, c, "customers.update", $$"""
         "billing_controls": {"auto_topups": [{"feature_id": "{{One("messages", "words")}}", "enabled": true, "threshold": {{_chance.Next(0, 60)}}, "quantity": 50}]}
        """);

    private T One<T>(params T[] choices) => choices[_chance.Next(choices.Length)];
}
