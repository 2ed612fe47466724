using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Sluice.Core.Tests.Billing;

/// <summary>
/// Plans in words, one a line: <c>pro: $20/month; messages 100/month; trial 7 days with card</c>. Items: <c>messages 100/month</c>
/// (included), <c>messages 100 used 0.10 per 1</c> (billed in arrears), <c>messages prepaid 10 per 100</c> (bought before).
/// </summary>
internal static partial class Shop
{
    public const string Plans = """
        free:      messages 50/month
        free_def:  auto; messages 50/month
        pro:       $20/month; messages 100/month
        premium:   $50/month; messages 500/month
        ultra:     $200/month
        annual:    $200/year; messages 100/month
        addon:     add-on; $20/month; words 200/month
        boost:     add-on; $10 once; words prepaid 5 per 50 once
        pro_u:     $20/month; messages 100 used 0.10 per 1
        premium_u: $50/month; messages 500 used 0.10 per 1
        pro_p:     $20/month; messages prepaid 10 per 100
        premium_p: $50/month; messages prepaid 10 per 100
        pro_s:     $20/month; users 2 used 10 per 1
        pro_t:     $20/month; messages 100/month; trial 7 days with card
        premium_t: $50/month; messages 500/month; trial 14 days with card
        pro_nc:    auto; $20/month; messages 100/month; trial 7 days without card
        """;

    /// <summary>The plans above, those of <paramref name="own"/> instead or beside; of those that enable themselves only the ones named live.</summary>
    public static Catalog Of(string own = "", params string[] live)
    {
        var lines = new OrderedDictionary<string, string>();
        foreach (var line in $"{Plans}\n{own}".Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            lines[line.Split(':')[0]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..];
        var terms = 0L;
        var plans = lines.Select(line => Plan(line.Key, line.Value, live, ref terms)).ToList();
        return new Catalog(1, Features(plans), plans) { Policy = BillingPolicy.Default with { HasProvider = true } };
    }

    public static Plan Plan(string id, string words, string[] live, ref long terms, int version = 1)
    {
        var (addOn, auto, price, trial) = (false, false, (PlanPrice?)null, (FreeTrial?)null);
        var (group, items) = ((string?)null, ImmutableArray.CreateBuilder<ItemTerms>());
        foreach (var part in words.Split(';', StringSplitOptions.TrimEntries))
        {
            if (part == "add-on") addOn = true;
            else if (part == "auto") auto = live.Contains(id);
            else if (part.StartsWith("group ", StringComparison.Ordinal)) group = part[6..];
            else if (part.StartsWith('$')) price = Price(part[1..]);
            else if (part.StartsWith("trial ", StringComparison.Ordinal)) trial = Trial(part[6..]);
            else items.Add(Item(part, ++terms));
        }

        return new Plan(new PlanId(id), version, Title(id), null, group, addOn, auto, price, items.ToImmutable(), trial, false, null, null, null, false, Given.Start);
    }

    private static string Title(string id) => char.ToUpperInvariant(id[0]) + id[1..];

    private static PlanPrice Price(string words) => words.EndsWith(" once", StringComparison.Ordinal)
        ? new PlanPrice(new Price(Number(words[..^5])), Interval.OneOff)
        : words.Split(" or ") is [var own, .. var others]
            ? new PlanPrice(new Price(Number(own.Split('/')[0])), Every(own.Split('/')[1]), others.Length == 0 ? null : new CurrencyPrices([.. others.Select(Other)]))
            : throw new ArgumentException(words);

    // "$20/month or 18 eur or 23188 rwf"
    private static CurrencyPrice Other(string words) => new(new Currency(words.Split(' ')[1]), new Price(Number(words.Split(' ')[0])));

    private static FreeTrial Trial(string words)
    {
        var said = words.Split(' ');
        return new FreeTrial(int.Parse(said[0], CultureInfo.InvariantCulture), said[1][0] == 'd' ? TrialUnit.Day : TrialUnit.Month, said[2] == "with", words.EndsWith("then back", StringComparison.Ordinal) ? true : null);
    }

    public static ItemTerms Item(string words, long id)
    {
        var said = ItemWords().Match(words);
        if (!said.Success) throw new ArgumentException($"no item: {words}");
        var once = said.Groups["once"].Success;
        var every = said.Groups["every"].Success ? Every(said.Groups["every"].Value) : once ? Interval.OneOff : Words.Interval("month");
        var feature = said.Groups["feature"].Value;
        ItemPrice? price = null;
        if (said.Groups["how"].Success)
        {
            var cost = said.Groups["price"].Value;
            var tiers = cost[0] != '(' ? [] : cost[1..^1].Split(", ").Select(Tier).ToImmutableArray();
            price = new ItemPrice(
                tiers.IsEmpty ? new Price(Number(cost)) : null, tiers, tiers.IsEmpty ? null : said.Groups["volume"].Success ? TierBehavior.Volume : TierBehavior.Graduated,
                said.Groups["billed"].Success ? Every(said.Groups["billed"].Value) : every, Quantity.Of(Number(said.Groups["units"].Value)),
                said.Groups["how"].Value == "used" ? BillingMethod.UsageBased : BillingMethod.Prepaid, null);
        }

        Interval? reset = feature == "users" ? null : said.Groups["every"].Success || price is not null ? every : Interval.OneOff;
        var proration = said.Groups["up"].Success || said.Groups["down"].Success ? new Proration(Up(said.Groups["up"].Value), Down(said.Groups["down"].Value)) : null;
        Rollover? rollover = said.Groups["saved"].Success ? new Rollover(Quantity.Of(Number(said.Groups["saved"].Value)), null, RolloverExpiry.Forever, 1) : null;
        return new ItemTerms(
            new TermsId(id), new FeatureId(feature), said.Groups["included"].Success ? Quantity.Of(Number(said.Groups["included"].Value)) : Quantity.Zero, false, reset, price, rollover,
            Proration: proration, EntityFeature: said.Groups["each"].Success ? new FeatureId(said.Groups["each"].Value) : null);
    }

    private static PriceTier Tier(string text)
    {
        var (to, cost) = (text.Split(": ")[0], text.Split(": ")[1]);
        return new PriceTier(to == "inf" ? null : Quantity.Of(Number(to)), new Price(Number(cost)), null);
    }

    private static OnIncrease? Up(string word) => word switch
    {
        "" => null,
        "next" => OnIncrease.ProrateNextCycle,
        "later" => OnIncrease.BillNextCycle,
        "now" => OnIncrease.ProrateImmediately,
        _ => throw new ArgumentException(word),
    };

    private static OnDecrease? Down(string word) => word switch
    {
        "" => null,
        "none" => OnDecrease.None,
        "next" => OnDecrease.ProrateNextCycle,
        "now" => OnDecrease.ProrateImmediately,
        _ => throw new ArgumentException(word),
    };

    private static Interval Every(string words) => words.Split(' ') is [var count, var unit] ? Words.Interval(unit, int.Parse(count, CultureInfo.InvariantCulture)) : Words.Interval(words);

    private static ImmutableArray<Feature> Features(List<Plan> plans) =>
    [
        .. plans.SelectMany(static plan => plan.Items).SelectMany(static item => new[] { item.Feature, item.EntityFeature ?? item.Feature }).Append(new FeatureId("users")).Distinct()
            .Select(static id => new Feature(id, id.Value, FeatureType.Metered, id.Value != "users", [], [], null, false, Given.Start)),
    ];

    public static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<feature>\w+)( (?<included>[\d.]+))?(/(?<every>[\w ]+?))?( (?<how>used|prepaid) (?<price>[\d.]+|\([^)]*\)) per (?<units>\d+)(?<volume> volume)?(/(?<billed>\w+))?)?(?<once> once)?( up (?<up>\w+))?( down (?<down>\w+))?( saves (?<saved>\d+))?( each (?<each>\w+))?$")]
    private static partial Regex ItemWords();
}
