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
        Assert.Equal((false, null, null, 0), (feature.Consumable, feature.Display, feature.Later, feature.EventNames.Length));
    }

    private static IEnumerable<byte[]> Bodies() =>
        Sample.Features().Select(CatalogFormat.Write)
            .Concat(Sample.Plans().Select(CatalogFormat.Write))
            .Append(CatalogFormat.Write(Sample.Own))
            .Concat(Sample.EveryWord().Select(CatalogFormat.Write));
}
