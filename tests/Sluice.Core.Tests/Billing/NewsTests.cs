using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>What is told to the outside of a change: once for each, and nothing when nothing changed.</summary>
public sealed class NewsTests
{
    [Fact]
    public void A_life_of_plans() => Tell(live: ["free_def"], script: """
        attach pro
        news: free_def expired, pro activated
        attach premium
        news: pro expired, premium activated
        attach pro
        news: premium updated, pro scheduled
        cancel pro {now: yes}
        news: premium updated, pro expired
        cancel premium
        news: premium updated, free_def scheduled
        uncancel premium
        news: premium updated, free_def expired
        uncancel premium
        news:
        track messages 5
        news:
        cancel premium {now: yes}
        news: premium expired, free_def activated
        """);

    [Fact]
    public void A_switch_at_the_end_of_a_period_is_a_change_of_phase() => Tell("""
        attach premium
        attach pro
        advance to next
        news: premium expired, pro activated, phase changed
        """);

    [Fact]
    public void A_trial_that_becomes_paid() => Tell("""
        attach pro_t
        news: pro_t activated
        advance 8d
        news: pro_t updated, trial ended
        """);

    [Fact]
    public void A_renewal_is_no_change_and_a_failed_one_is() => Tell(leaps: false, script: """
        attach pro
        advance to next
        news:
        card decline
        advance to 2026-06-01
        news: pro updated
        """);

    [Fact]
    public void In_older_words() => Tell(live: ["free_def"], script: """
        attach pro
        scenarios: pro Upgrade
        attach premium
        scenarios: premium Upgrade
        attach addon
        scenarios: addon New
        attach pro
        scenarios: premium Downgrade
        uncancel premium
        scenarios: premium Renew
        cancel premium
        scenarios: premium Cancel
        uncancel premium
        scenarios: premium Renew
        track messages 5
        scenarios:
        cancel premium {now: yes}
        scenarios: free_def New, premium Expired
        """);

    [Fact]
    public void In_older_words_a_plan_that_was_scheduled_is_told_when_it_begins() => Tell("""
        attach premium
        attach pro
        scenarios: premium Downgrade
        advance to next
        scenarios: pro New, premium Expired
        """);

    [Fact]
    public void In_older_words_units_that_are_bought_and_a_failed_renewal() => Tell(leaps: false, script: """
        attach pro_p {messages: 200}
        scenarios: pro_p New
        update pro_p {messages: 500}
        scenarios: pro_p UpdatePrepaidQuantity
        attach boost {words: 50}
        scenarios: boost New
        card decline
        advance to next
        scenarios: pro_p PastDue
        """);

    [Fact]
    public void What_waits_for_its_payment_is_not_told_of_until_it_is_paid() => Tell(card: "3ds", script: """
        attach pro
        news:
        answer paid
        news: pro activated
        """);
}
