using System.Collections.Immutable;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class RewardBookFormatTests
{
    private static readonly PlanId Pro = new("pro");

    public static ImmutableArray<Reward> Rewards { get; } =
    [
        Reward("percent", new Gift.MoneyOff(new DiscountWish(new Discount("percent", 12.5m, null, [Pro]), 3)), new PromoCode("A"), new PromoCode("B", 5, FirstTimeOnly: true)),
        Reward("amount", new Gift.MoneyOff(new DiscountWish(new Discount("amount", null, 5m, []), null))) with { Name = null },
        Reward("once", new Gift.MoneyOff(new DiscountWish(new Discount("once", 50m, null, []), 0))),
        Reward("credit", new Gift.InvoiceCredit(new Price(30.5m)), new PromoCode("C")),
        Reward("units", new Gift.Units(
        [
            new GivenUnits(new FeatureId("messages"), Quantity.Of(40.5m), Sample.Month, new Interval(IntervalUnit.Week, 2)),
            new GivenUnits(new FeatureId("sso"), Quantity.Zero),
        ])),
        Reward("plan", new Gift.FreePlan(Pro)),
    ];

    public static ImmutableArray<ReferralProgram> Programs { get; } =
    [
        new("friends", "units", ReferralMoment.Paid, [Pro], CountsTrials: true, 5, ReferralReceiver.Both) { CreatedAt = Sample.Start },
        new("others", "credit", ReferralMoment.Redeemed, [], CountsTrials: false, null, ReferralReceiver.Referrer) { CreatedAt = Sample.NextMonth },
    ];

    [Fact]
    public void Rewards_and_programs_are_written_byte_for_byte_as_ever() => GoldenFile.MustEqual("rewards.jsonl", Bodies().Select(Encoding.UTF8.GetString));

    [Fact]
    public void Rewards_and_programs_of_old_load_to_themselves()
    {
        var lines = GoldenFile.Lines("rewards.jsonl").Select(Encoding.UTF8.GetBytes).ToArray();
        var again = lines.Take(Rewards.Length).Select(static line => RewardBookFormat.Write(RewardBookFormat.ReadReward(line)))
            .Concat(lines.Skip(Rewards.Length).Select(static line => RewardBookFormat.Write(RewardBookFormat.ReadProgram(line))));
        Assert.Equal(lines.Select(Encoding.UTF8.GetString), again.Select(Encoding.UTF8.GetString));
    }

    private static IEnumerable<byte[]> Bodies() => Rewards.Select(RewardBookFormat.Write).Concat(Programs.Select(RewardBookFormat.Write));

    private static Reward Reward(string id, Gift gift, params ImmutableArray<PromoCode> codes) => new(id, $"The {id}", gift, codes) { CreatedAt = Sample.Start };
}
