using System.Text;

namespace Sluice.Storage.Tests;

/// <summary>
/// Bytes as an older Sluice wrote them. They may be added to, never changed: a difference means that databases in the
/// field would no longer load. What was written now is left beside the test's binaries as <c>name.actual</c>.
/// </summary>
internal static class GoldenFile
{
    public static string[] Lines(string name) => File.ReadAllText(PathOf(name)).TrimEnd('\n').Split('\n');

    public static void MustEqual(string name, IEnumerable<string> lines)
    {
        var actual = string.Concat(lines.Select(line => $"{line}\n"));
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf($"{name}.actual"), Encoding.UTF8.GetBytes(actual));
        Assert.Equal(File.Exists(PathOf(name)) ? File.ReadAllText(PathOf(name)) : "", actual);
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);
}
