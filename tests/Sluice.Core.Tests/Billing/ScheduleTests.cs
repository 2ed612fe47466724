using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

public sealed class ScheduleTests
{
    [Fact]
    public void The_first_phase_is_billed_now_and_the_next_comes_in_its_time() => Tell("""
        schedule pro; 2026-05-01 premium
        invoices: 20 paid
        holds: pro until 2026-05-01, premium from 2026-05-01
        advance to next
        invoices: 20 paid, 50 paid
        holds: premium
        """);

    [Fact]
    public void A_start_near_the_end_of_a_period_is_the_end_of_the_period() => Tell("""
        schedule pro; 2026-05-01T09:00Z premium
        holds: pro until 2026-05-01, premium from 2026-05-01
        advance to next
        lines: 50
        """);

    [Fact]
    public void A_boundary_within_a_period_is_prorated_when_it_comes() => Tell("""
        schedule pro; 2026-04-16 premium
        advance to 2026-04-17
        holds: premium
        lines: -10 25
        advance to next
        charged: 50
        """);

    [Fact]
    public void A_plan_that_goes_through_is_billed_once_a_period() => Tell("""
        schedule pro addon; 2026-05-01 premium addon; 2026-06-01 premium
        invoices: 40 paid
        advance to 2026-05-02
        charged: 70
        holds: addon until 2026-06-01, premium
        advance to 2026-06-02
        charged: 50
        holds: premium
        """);

    [Fact]
    public void What_is_held_already_stays() => Tell("""
        attach pro
        schedule pro; 2026-05-01 premium
        invoices: 20 paid
        holds: pro until 2026-05-01, premium from 2026-05-01
        """);

    [Fact]
    public void Another_schedule_takes_the_place_of_what_has_not_begun() => Tell("""
        schedule pro; 2026-05-01 premium
        schedule pro; 2026-05-01 ultra
        holds: pro until 2026-05-01, ultra from 2026-05-01
        schedule pro
        holds: pro
        """);

    [Fact]
    public void Without_a_card_the_whole_schedule_waits_for_the_checkout() => Tell(card: "none", script: """
        schedule pro; 2026-05-01 premium
        holds:
        complete good
        holds: pro until 2026-05-01, premium from 2026-05-01
        advance to next
        invoices: 20 paid, 50 paid
        """);

    [Fact]
    public void A_plan_that_waits_for_its_payment_gives_way_to_the_phase_that_begins() => Tell("""
        schedule pro; 2026-04-16 premium
        attach ultra {invoice: 30 days}
        advance to 2026-04-17
        holds: premium
        waiting:
        invoices: 20 paid, 180 void, 15 paid
        """);

    [Theory]
    [InlineData("2026-04-10 pro", "the first phase starts now")]
    [InlineData("pro; 2026-03-01 premium", "a phase of the past")]
    [InlineData("pro; 2026-06-01 premium; 2026-05-01 pro", "out of order")]
    [InlineData("pro; premium", "only the first starts now")]
    [InlineData("pro pro", "a plan twice")]
    public void Refusals(string schedule, string because)
    {
        Assert.NotEmpty(because);
        Tell($"refused InvalidRequest schedule {schedule}");
    }
}
