using System.Text;
using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>The rows of a catalog are journal too: grants of any age refer to them.</summary>
public sealed class CatalogFormatTests
{
    [Fact]
    public void Features_plans_and_terms_are_written_byte_for_byte_as_ever() =>
        GoldenFile.MustEqual("catalog.jsonl", Bodies().Select(Encoding.UTF8.GetString));

    [Fact]
    public void Features_plans_and_terms_of_old_load_to_themselves()
    {
        var lines = GoldenFile.Lines("catalog.jsonl").Select(Encoding.UTF8.GetBytes).ToArray();
        var (features, plans) = (Sample.Features().Length, Sample.Plans().Length);
        var again = lines.Take(features).Select(line => CatalogFormat.Write(CatalogFormat.ReadFeature(line)))
            .Concat(lines.Skip(features).Take(plans).Select(line => CatalogFormat.Write(CatalogFormat.ReadPlan(line, Sample.Terms))))
            .Concat(lines.Skip(features + plans).Select(line => CatalogFormat.Write(CatalogFormat.ReadTerms(line, new TermsId(9)))));
        Assert.Equal(lines.Select(Encoding.UTF8.GetString), again.Select(Encoding.UTF8.GetString));
    }

    [Fact]
    public void A_member_that_is_absent_reads_as_none()
    {
        var feature = CatalogFormat.ReadFeature("""{"id":"a","name":"A","type":"boolean","created_at":1}"""u8.ToArray());
        Assert.Equal((false, null, null, 0), (feature.Consumable, feature.Display, feature.Markups, feature.EventNames.Length));
    }

    [Theory]
    [InlineData("""{"feature":"images","cost":0,"later":{"billing_units":100,"tier_behavior":"graduated","tiers":[{"to":10,"credit_cost":2},{"to":"inf","credit_cost":1}]}}""", 2, 100, 2)]
    [InlineData("""{"feature":"images","cost":3,"later":{"tiers":[]}}""", 3, 1, 0)]
    [InlineData("""{"feature":"images","cost":3,"later":{"billing_units":0}}""", 3, 1, 0)]
    public void A_cost_that_was_kept_before_it_was_charged_is_read(string row, int cost, int units, int tiers)
    {
        var body = """{"id":"a","name":"A","type":"credit_system","credit_schema":[ROW],"created_at":1,"later":{"processors":{}}}""".Replace("ROW", row, StringComparison.Ordinal);
        var feature = CatalogFormat.ReadFeature(Encoding.UTF8.GetBytes(body));
        var read = Assert.Single(feature.CreditSchema);
        Assert.Equal(((decimal)cost, (decimal)units, tiers, (Markups?)null), (read.Cost.Value, read.BillingUnits.Value, read.Tiers.Length, feature.Markups));
    }

    private static IEnumerable<byte[]> Bodies() =>
        Sample.Features().Select(CatalogFormat.Write)
            .Concat(Sample.Plans().Select(CatalogFormat.Write))
            .Append(CatalogFormat.Write(Sample.Own))
            .Concat(Sample.EveryWord().Select(CatalogFormat.Write));
}
