namespace Sluice.Core.Tests.Explanations;

/// <summary>
/// Answers a question from its explanation alone: adds up what each balance could give and applies the rule that is
/// named. It knows no engine.
/// </summary>
internal static class Reader
{
    public static bool Answer(Explanation explanation)
    {
        var decides = explanation.Considered.Where(each => each.Decides).ToList();
        return decides.Count > 0 && decides.All(each => Answer(explanation, each));
    }

    public static bool Answer(Explanation explanation, Consideration considered)
    {
        var (allowed, available) = considered.Check is { } rule ? Checked(explanation, considered, rule) : Tracked(considered);
        if (considered.Compared.Available is { } told) Assert.Equal(available!.Value, told.Value, 8);
        return allowed;
    }

    private static (bool Allowed, decimal? Available) Checked(Explanation explanation, Consideration considered, AccessRule rule)
    {
        var required = considered.Compared.Required.Value;
        switch (rule)
        {
            case AccessRule.NotGranted:
                Assert.Empty(considered.Balances);
                return (false, null);
            case AccessRule.Flag:
                Assert.Single(considered.Balances);
                return (true, null);
            case AccessRule.Unlimited:
                Assert.Contains(considered.Balances, balance => balance.Grant.Terms.Unlimited);
                return (true, null);
            case AccessRule.GivesBack:
                Assert.True(required < 0m);
                return (true, null);
            case AccessRule.UsageLimit:
                var lefts = Limits(explanation, ControlKind.UsageLimit, considered.Compared.Feature).ToList();
                var first = lefts.First(left => left < required);
                return (false, first);
            case AccessRule.Included:
                return Compared(required, LeftOf(considered));
            case AccessRule.SpendLimit:
                return Compared(required, LeftOf(considered) + Limits(explanation, ControlKind.SpendLimit, considered.Feature).Single());
            case AccessRule.MaxPurchase:
                return Compared(required, LeftOf(considered) + considered.Balances.Sum(balance => balance.Overage!.Value.Value));
            case AccessRule.Overage:
                Assert.Contains(considered.Balances, balance => balance.Overage is null);
                return (true, null);
            default:
                throw new InvalidOperationException($"no check ends by {rule}");
        }
    }

    private static (bool Allowed, decimal? Available) Tracked(Consideration considered)
    {
        var served = considered.Balances.Sum(balance => balance.Units.Value);
        var left = considered.Compared.Required.Value - served;
        switch (considered.Track)
        {
            case TrackRule.NotGranted:
                Assert.Empty(considered.Balances);
                return (true, 0m);
            case TrackRule.Flag:
                return (true, null);
            case TrackRule.Unlimited:
                Assert.True(considered.Balances[0].Grant.Terms.Unlimited);
                Assert.Equal(0m, left, 8);
                return (true, null);
            case TrackRule.GivesBack:
                Assert.True(served <= 0m);
                return (true, served);
            case TrackRule.Served:
                Assert.Equal(0m, left, 8);
                return (true, served);
            case TrackRule.Capped:
                Assert.True(left > 0m);
                return (true, served);
            case TrackRule.Rejected:
                Assert.True(left > 0m);
                return (false, served);
            default:
                throw new InvalidOperationException($"no track ends by {considered.Track}");
        }
    }

    private static (bool, decimal?) Compared(decimal required, decimal available) => (available >= required, available);

    private static decimal LeftOf(Consideration considered) => considered.Balances.Sum(balance => balance.Left!.Value.Value);

    private static IEnumerable<decimal> Limits(Explanation explanation, ControlKind kind, FeatureId feature) =>
        explanation.Controls.Where(control => control.Kind == kind && control.Feature == feature).Select(control => control.Left!.Value.Value);
}
