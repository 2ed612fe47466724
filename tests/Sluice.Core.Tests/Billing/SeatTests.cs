using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Seats that are charged when they are taken, as older versions of the API sell them: $50 a seat, one included, base $20.</summary>
public sealed class SeatTests
{
    [Theory]
    [InlineData("up now", "20 paid, 25 paid", "70", "by its share, at once")]
    [InlineData("up next", "20 paid", "95", "by its share, on the next invoice")]
    [InlineData("up later", "20 paid", "70", "from the next period on")]
    public void A_seat_taken_half_way(string how, string invoices, string renewal, string because)
    {
        Assert.NotEmpty(because);
        Tell(shop: $"seat: $20/month; users 1 used 50 per 1 {how}", script: $"""
            attach seat
            advance 15d
            track users 2
            invoices: {invoices}
            users 0
            advance to next
            invoices: {invoices}, {renewal} paid
            users 0
            """);
    }

    [Fact]
    public void A_freed_seat_is_taken_again_without_charge() => Tell(shop: "seat: users 1 used 50 per 1 up now down none", script: """
        attach seat
        advance 15d
        track users 2
        invoices: 25 paid
        track users -1
        track users 1
        invoices: 25 paid
        """);

    [Theory]
    [InlineData("down now", "20 paid, 25 paid, -25 paid", "20 paid", "given back at once: the credit is used by the next invoice")]
    [InlineData("down none", "20 paid, 25 paid", "20 paid", "kept until the period ends, then dropped")]
    public void A_seat_freed_again(string how, string invoices, string renewal, string because)
    {
        Assert.NotEmpty(because);
        Tell(shop: $"seat: $20/month; users 1 used 50 per 1 up now {how}", script: $"""
            attach seat
            advance 15d
            track users 2
            track users -1
            invoices: {invoices}
            advance to next
            invoices: {invoices}, {renewal}
            users 0
            """);
    }

    [Fact]
    public void A_seat_that_is_not_paid_is_not_taken() => Tell(shop: "seat: $20/month; users 1 used 50 per 1 up now", script: """
        attach seat
        card decline
        track users 3
        invoices: 20 paid, 100 void
        users 0
        """);

    [Fact]
    public void Without_a_card_no_seat_beyond_the_included_ones_is_taken() => Tell(shop: "seat: $20/month; users 1 used 50 per 1 up now", script: """
        attach seat
        card none
        refused NoPaymentMethod track users 3
        users 1
        entity a
        users 0
        refused NoPaymentMethod entity b
        users 0
        track users -1
        users 1
        invoices: 20 paid
        """);

    [Fact]
    public void An_entity_takes_a_seat() => Tell(shop: "seat: $20/month; users 1 used 50 per 1 up now", script: """
        attach seat
        advance 15d
        entity a
        invoices: 20 paid
        entity b
        invoices: 20 paid, 25 paid
        advance to next
        charged: 70
        """);

    [Fact]
    public void Seats_in_use_are_charged_by_the_plan_they_come_to() => Tell(shop: "seat: $20/month; users 1 used 10 per 1 up now\nteam: $50/month; users 2 used 10 per 1 up now", script: """
        attach seat
        track users 3
        invoices: 20 paid, 20 paid
        attach team
        lines: -20 -20 50 10
        users 0
        """);
}
