using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>A tax rate that is named for a plan: on top of the net amount, and with its cycle until another one is named.</summary>
public sealed class TaxTests
{
    [Fact]
    public void A_rate_comes_on_top_and_goes_on_with_renewals_switches_and_add_ons() => Tell("""
        attach pro {tax: 10}
        invoices: 22 paid
        tax: 2
        attach premium
        invoices: 22 paid, 33 paid
        lines: -20 50
        attach addon
        invoices: 22 paid, 33 paid, 22 paid
        advance to next
        invoices: 22 paid, 33 paid, 22 paid, 77 paid
        tax: 7
        """);

    [Fact]
    public void The_latest_rate_of_a_cycle_counts_for_all_of_it() => Tell("""
        attach pro {tax: 10}
        attach addon {tax: 20}
        invoices: 22 paid, 24 paid
        advance to next
        invoices: 22 paid, 24 paid, 48 paid
        """);

    [Fact]
    public void A_rate_goes_with_the_plan_it_was_named_for() => Tell("""
        attach pro {tax: 10}
        attach addon {tax: 20}
        cancel addon {now: yes}
        invoices: 22 paid, 24 paid, -24 paid
        advance to next
        invoices: 22 paid, 24 paid, -24 paid, 22 paid
        charged: 0
        """);

    [Fact]
    public void What_is_given_back_has_its_tax_given_back() => Tell("""
        attach pro {tax: 10}
        cancel pro {now: yes}
        invoices: 22 paid, -22 paid
        tax: -2
        credit: 22
        """);

    [Fact]
    public void A_scheduled_plan_keeps_the_rate_and_another_cycle_has_none() => Tell("""
        attach premium {tax: 10}
        attach pro
        attach addon {own_cycle: yes}
        invoices: 55 paid, 20 paid
        advance to next
        invoices: 55 paid, 20 paid, 22 paid, 20 paid
        """, leaps: false);
}
