using Naive;

namespace Sluice.Core.Tests.Model;

/// <summary>Stories by chance. A line may be about what is not there: then it has to be refused.</summary>
internal sealed class Chance(Random random)
{
    // Lines of stories that are about holds and limits, by their number below.
    private static readonly int[] OfHolds = [0, 0, 10, 12, 12, 12, 14, 14, 14, 16, 19, 19, 20, 24];

    private static readonly string[] Counted = ["messages", "action1", "action2", "action3", "action4", "tokens", "credits", "credits2", "gratis", "thirds"];
    private readonly bool _isOfHolds = random.Next(3) == 0;
    private int _plans;

    public List<Step> Story()
    {
        // A few features meet often; many seldom do.
        var cast = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.OneOf([.. Counted, "messages", "action1"])).Append("seats").ToArray();
        var story = new List<Step> { new Step.Attach(AnyOffer(cast, false), null) };
        for (var lines = random.Next(4, 30); lines > 0; lines--) story.Add(Line(cast));
        return story;
    }

    private Step Line(string[] cast)
    {
        var feature = random.OneOf(cast);
        var entity = Maybe(3, "e1", "e1", "e2", "e3");
        return (_isOfHolds ? random.OneOf(OfHolds) : random.Next(26)) switch
        {
            0 or 1 or 2 => new Step.Wait(Time()),
            3 => new Step.Attach(AnyOffer(cast, entity is not null), entity),
            4 => new Step.Create(AnyItem(feature) with { Billed = null, Most = null, Bought = 0 }, Maybe(2, "b1", "b2"), entity, Maybe(4, Ahead()), Maybe(3, Ahead())),
            5 or 6 => new Step.Update(feature, entity, Maybe(4, "b1", "b2"), Maybe(5, "month", "day", "one_off"), Maybe(1, "remaining", "usage", "add"), Amount(), random.Next(5) == 0 ? random.Next(-5, 150) : null, Maybe(8, Ahead()), Maybe(8, Ahead(), -Ahead())),
            7 => new Step.Delete(Maybe(1, feature), entity, Maybe(3, "b1", "b2"), Maybe(5, "month", "day"), random.Next(2) == 0),
            8 => new Step.Recalculate(feature, entity),
            9 => new Step.Check(feature, Amount(), false, entity, Maybe(3, "big", "small")),
            10 or 11 => new Step.Check(feature, Amount(), true, entity, Maybe(3, "big", "small")),
            12 or 13 => new Step.Place(random.OneOf("h1", "h2", "h3"), feature, Amount(), random.OneOf("reject", "reject", "cap", "overflow"), entity, Maybe(2, TimeSpan.FromMinutes(random.Next(-20, 26 * 60)), TimeSpan.FromHours(random.Next(1, 25)))),
            14 or 15 => new Step.Settle(random.OneOf("h1", "h2", "h3"), random.Next(5) switch { 0 => null, 1 => 0m, 2 => Amount(), _ => random.Next(0, 30) }),
            16 or 17 => new Step.CreateEntity(random.OneOf("e1", "e2", "e3"), random.Next(12) == 0 ? feature : "seats"),
            18 when random.Next(2) == 0 => new Step.DeleteEntity(random.OneOf("e1", "e2", "e3")),
            19 or 20 when _isOfHolds || random.Next(2) == 0 => new Step.Control(entity, AnyControls(cast)),
            21 when random.Next(6) == 0 => new Step.Apart(random.Next(2) == 0),
            22 => new Step.Track(null, random.OneOf("act", "gift", "opened"), Amount(), random.OneOf("cap", "overflow", "reject"), entity, Maybe(3, "big", "small")),
            _ => new Step.Track(feature, null, Amount(), random.OneOf("cap", "cap", "reject", "overflow"), entity, Maybe(3, "big", "small")),
        };
    }

    private Offer AnyOffer(string[] cast, bool ofEntity)
    {
        var isAddOn = random.Next(4) == 0;
        var items = new List<Item>();
        foreach (var feature in (string[])[.. cast, .. cast[..random.Next(0, cast.Length)], .. random.Next(6) == 0 ? new[] { "dash" } : []])
        {
            if (random.Next(4) == 0 && items.Count > 0) continue;
            var item = feature == "dash" ? new Item("dash", 0m) : AnyItem(feature);
            if (feature is not ("dash" or "seats") && !item.Unlimited)
                item = random.Next(4) switch { 0 when !ofEntity => item with { Per = "seats" }, 0 or 1 when ofEntity => item with { Pooled = true }, _ => item };
            if (ofEntity) item = item with { Unlimited = false };
            if (feature != "dash" && !item.Unlimited && !item.Pooled && item.Unit != "one_off") item = item with { Billed = Maybe(4, "use"), Most = random.OneOf<decimal?>(null, 0, 30, 100) };
            if (feature != "dash" && !item.Unlimited && !items.Exists(other => other.Feature == feature && other.Billed == "prepaid") && random.Next(6) == 0)
                item = item with { Billed = "prepaid", Bought = random.Next(0, 60), Most = random.OneOf<decimal?>(null, 60) };
            if (item.Billed is null) item = item with { Most = null };

            // A plan has one item of a kind for each feature and interval.
            if (!items.Exists(other => (other.Feature, other.Unit, other.Count, other.Billed) == (item.Feature, item.Unit, item.Count, item.Billed))) items.Add(item);
        }

        return new Offer($"plan{++_plans}", isAddOn, isAddOn ? $"add{_plans}" : random.OneOf("g", "g", $"own{_plans}"), [.. items]) { Rules = random.Next(8) == 0 ? AnyControls(cast) : new Rules() };
    }

    private Item AnyItem(string feature)
    {
        if (random.Next(20) == 0) return new Item(feature, 0m) { Unlimited = true };
        var item = new Item(feature, random.Next(0, 200) / random.OneOf(1m, 1m, 4m));
        if (feature == "seats") return item;
        item = item with { Unit = random.OneOf("day", "week", "month", "month", "month", "quarter", "year", "one_off", "one_off"), Count = random.OneOf(1, 1, 1, 2, 3) };
        if (random.Next(_isOfHolds ? 4 : 12) == 0) item = item with { Unit = "hour", Count = random.Next(1, 30) };
        if (item.Unit == "one_off") return item with { Count = 1 };
        return random.Next(3) != 0 ? item : item with
        {
            Saves = random.Next(3) switch
            {
                0 => new Saving(random.Next(0, 1 + (int)Math.Min(300m, item.Included * 50m)), null, Maybe(2)),
                1 => new Saving(null, random.Next(0, 101), Maybe(2)),
                _ => new Saving(null, null, Maybe(1)),
            },
        };

        int? Maybe(int of) => random.Next(of) == 0 ? null : random.Next(1, 4);
    }

    private Rules AnyControls(string[] cast)
    {
        var feature = random.OneOf(cast);
        var limited = cast.Where(one => one != "seats").Distinct().ToArray();
        return random.Next(3) switch
        {
            0 => new Rules(Limits: random.Next(5) == 0 ? [] : [.. limited.SelectMany(one => new[] { null, "big" }.Where(_ => random.Next(2) == 0)
                .Select(model => new Limit(one, random.Next(0, 80), random.OneOf("day", "week", "month", "year"), random.Next(6) != 0, random.Next(2) == 0, model)))]),
            1 => new Rules(Spends: random.Next(5) == 0 ? [] : [random.Next(2) == 0 ? new Spend(feature, random.Next(0, 60), On: random.Next(6) != 0) : new Spend(feature, random.Next(0, 200), Percent: true)]),
            _ => new Rules(Switches: random.Next(5) == 0 ? [] : [new Switch(feature, random.Next(3) != 0)]),
        };
    }

    private decimal Amount() => random.Next(8) switch
    {
        0 => 0m,
        1 => random.Next(-20000, 20000) / 100m,
        2 => random.Next(1, 1000) / 10_000_000m,
        3 => -random.Next(1, 60),
        _ => random.Next(0, 120),
    };

    private TimeSpan Time() => random.Next(6) switch
    {
        _ when _isOfHolds && random.Next(2) == 0 => TimeSpan.FromHours(random.Next(1, 26)),
        0 => TimeSpan.FromMinutes(random.Next(1, 300)),
        1 => TimeSpan.FromDays(random.Next(1, 400)),
        2 => TimeSpan.FromSeconds(random.Next(1, 4_000_000)),
        _ => TimeSpan.FromHours(random.Next(1, 900)),
    };

    private TimeSpan Ahead() => TimeSpan.FromHours(random.Next(0, 1500));

    // One of the words, but null every so often: with 1 half the time, with more seldom a word.
    private string? Maybe(int seldom, params string[] words) => random.Next(seldom + 1) == 0 ? random.OneOf(words) : null;

    private TimeSpan? Maybe(int seldom, params TimeSpan[] times) => random.Next(seldom + 1) == 0 ? random.OneOf(times) : null;
}
