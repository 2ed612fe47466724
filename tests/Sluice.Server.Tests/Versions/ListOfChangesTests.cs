using System.Globalization;
using System.Text;
using Sluice.Server.Api;
using Sluice.Server.Api.Versions;

namespace Sluice.Server.Tests.Versions;

/// <summary>docs/versions.md lists the changes that the server makes, in its words.</summary>
public sealed class ListOfChangesTests
{
    [Fact]
    public void The_document_has_every_change_and_no_other()
    {
        var document = File.ReadAllText(Path.Combine(Root(), "docs", "versions.md")).ReplaceLineEndings("\n");
        Assert.True(document.Contains(Listed(), StringComparison.Ordinal), "docs/versions.md must hold this list:\n\n" + Listed());
    }

    [Fact]
    public void Every_change_concerns_routes_that_are_served()
    {
        var known = Routes.Served.SelectMany(route => (string[])[route.Operation, $"{route.Method} {route.Path}"]).ToHashSet();
        Assert.All(Chain.Versions.SelectMany(version => version.Changes).SelectMany(change => change.Of), of => Assert.Contains(of, known));
    }

    private static string Listed()
    {
        var list = new StringBuilder();
        foreach (var version in Chain.Versions)
        {
            list.Append(CultureInfo.InvariantCulture, $"### {version.ChangedBy}, {version.ChangedOn:yyyy-MM-dd}\n\n");
            foreach (var change in version.Changes) list.Append(CultureInfo.InvariantCulture, $"- {change.Says}\n");
            list.Append('\n');
        }

        return list.ToString();
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Sluice.slnx"))) at = at.Parent!;
        return at.FullName;
    }
}
