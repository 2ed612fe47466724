using System.Globalization;

namespace Sluice.Simulation;

/// <summary>What all stories together came to.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, long> _commands = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private double _days;

    public long Stories { get; private set; }

    public void Command(string operation, int status) => Add(_commands, $"{operation} {status}");

    public void Fault(string what) => Add(_faults, what);

    public void Count(string what, long by = 1) => Add(_counts, what, by);

    public void Lived(TimeSpan time, int customers) => (Stories, _days) = (Stories + 1, _days + (time.TotalDays * customers));

    public IEnumerable<string> Lines(TimeSpan took)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{Stories} stories, {_days / 365.25:0} years of customers, {took.TotalSeconds:0} s");
        yield return $"requests: {Of(_commands)}";
        yield return $"faults: {Of(_faults)}";
        yield return $"and: {Of(_counts)}";
    }

    private static string Of(SortedDictionary<string, long> counts) => string.Join(", ", counts.Select(static pair => $"{pair.Key} {pair.Value}"));

    private static void Add(SortedDictionary<string, long> counts, string what, long by = 1) => counts[what] = counts.GetValueOrDefault(what) + by;
}
