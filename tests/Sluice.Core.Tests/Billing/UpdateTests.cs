using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Which held plan is meant, and changes of its terms.</summary>
public sealed class UpdateTests
{
    [Theory]
    [InlineData("attach addon; attach pro", "holds: addon, pro until 2026-05-01", "the main paid plan before an add-on")]
    [InlineData("attach addon; attach free", "refused InvalidRequest cancel", "a main plan before an add-on, though it has no period that ends")]
    [InlineData("attach addon", "holds: addon until 2026-05-01", "an add-on when there is nothing else")]
    public void Without_a_name_the_plan_that_matters_most_is_meant(string steps, string expected, string because)
    {
        Assert.NotEmpty(because);
        Tell($"{steps.Replace("; ", "\n")}\n{(expected.StartsWith("refused", StringComparison.Ordinal) ? "" : "cancel\n")}{expected}");
    }

    [Fact]
    public void A_quantity_is_for_the_plan_that_sells_the_feature() => Tell(shop: "packs: add-on; $5/month; words prepaid 2 per 50", script: """
        attach pro_p {messages: 100}
        attach packs
        update {words: 100}
        charged: 4
        words 100
        """);

    [Fact]
    public void Terms_of_its_own_carry_what_was_used_and_bill_no_overage() => Tell("""
        attach pro_u
        track messages 150
        update pro_u {price: 30}
        lines: -20 30
        messages -50
        advance to next
        charged: 35
        """);

    [Fact]
    public void A_price_that_stays_is_not_charged_anew() => Tell("""
        attach pro_p {messages: 300}
        advance 15d
        update pro_p {price: 30}
        lines: -10 15
        cancel pro_p {now: yes}
        lines: -15 -15
        """);

    [Fact]
    public void Another_version_keeps_what_was_bought() => Tell("""
        attach pro_p {messages: 300}
        track messages 50
        edit pro_p: $25/month; messages prepaid 12 per 100
        update pro_p {version: 2}
        lines: -20 -30 25 36
        messages 250
        """);

    [Theory]
    [InlineData("attach pro; cancel pro", "pro until 2026-05-01", "", "a cancellation")]
    [InlineData("attach pro_t; cancel pro_t", "pro_t trial to 2026-04-08 until 2026-04-08", "", "a canceled trial, which costs nothing")]
    [InlineData("attach premium; attach pro", "premium until 2026-05-01, pro from 2026-05-01", "pro", "what is planned after it")]
    [InlineData("attach pro {ends: 2026-05-16}", "pro until 2026-05-16", "", "an end that was said")]
    public void Other_terms_leave_in_place(string steps, string held, string after, string because)
    {
        Assert.NotEmpty(because);
        Tell($"""
            {steps.Replace("; ", "\n")}
            holds: {held}
            update {held.Split(' ')[0]} {"{price: 60}"}
            holds: {held}
            advance to 2026-06-10
            holds: {after}
            """);
    }

    [Fact]
    public void A_canceled_plan_gets_no_terms_that_would_change_its_end() => Tell("""
        attach pro_t
        cancel pro_t
        refused InvalidRequest update pro_t {trial: 14}
        uncancel pro_t
        update pro_t {trial: 14}
        holds: pro_t trial to 2026-04-15
        """);

    [Fact]
    public void What_was_agreed_stands_when_something_else_changes() => Tell("""
        attach pro {price: 25}
        update pro {trial: 5}
        advance 6d
        invoices: 25 paid, -25 paid, 25 paid
        refused InvalidRequest update pro {price: 25}
        update pro {price: 20}
        refused InvalidRequest update pro {price: 20}
        """);

    [Fact]
    public void A_change_that_is_declined_changes_nothing() => Tell("""
        attach pro
        card decline
        update pro {price: 90}
        holds: pro
        advance 1h
        invoices: 20 paid, 70 void
        card good
        advance to next
        charged: 20
        """);

    [Theory]
    [InlineData("update pro {version: 1}", "InvalidRequest", "it is held at this version already")]
    [InlineData("update pro {version: 9}", "PlanNotFound", "there is no such version")]
    [InlineData("update pro {price: 20}", "InvalidRequest", "these are the plan's terms")]
    [InlineData("update premium {price: 20}", "SubscriptionNotFound", "it is not held")]
    public void Refusals(string update, string code, string because)
    {
        Assert.NotEmpty(because);
        Tell($"attach pro\nrefused {code} {update}");
    }

    [Fact]
    public void A_plan_that_has_not_begun_can_only_be_canceled() => Tell("""
        attach premium
        attach pro
        refused InvalidRequest update pro {price: 5}
        refused InvalidRequest uncancel pro
        cancel pro
        holds: premium
        """);
}
