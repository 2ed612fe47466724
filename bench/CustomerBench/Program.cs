using System.Diagnostics;
using System.Globalization;
using Sluice.Bench;

// dotnet run --project bench/CustomerBench -- [rounds]
// What a decision costs on large customers, against the same on a small one: no HTTP, no store. Rounds go over all of
// them in turn, so that other load falls on each, and the median of the ratios within a round counts.
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 15;
Sized[] customers = [new("1 feature", 1, 0), new("20 features, 60 balances, 200 entities", 20, 200), new("1 feature, 10,000 entities", 1, 10_000), new("the same without a balance of its own", 1, 10_000, isApart: true)];
foreach (var (what, act) in new (string, Action<Sized, string?>)[] { ("check", (customer, entity) => customer.Check(entity)), ("track", (customer, entity) => customer.Track(entity)) })
{
    foreach (var isEntity in new[] { false, true })
    {
        var times = customers.Select(_ => new List<double>()).ToList();
        for (var round = -2; round < rounds; round++)
        {
            for (var at = 0; at < customers.Length; at++)
            {
                var customer = customers[at];
                var time = Microseconds(no => act(customer, isEntity && customer.HasEntities ? $"entity-{no % 200}" : null));
                if (round >= 0) times[at].Add(time);
            }
        }

        for (var at = 0; at < customers.Length; at++)
        {
            var ratios = times[at].Select((time, round) => time / times[0][round]).Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{what}{(isEntity ? " of an entity" : ""),-14} {customers[at].Name,-40} {times[at].Order().ElementAt(rounds / 2),9:0.00} us  ratio {ratios[rounds / 2],8:0.00}"));
        }
    }
}

// About 20 ms of it.
static double Microseconds(Action<int> act)
{
    var (count, started) = (0, Stopwatch.GetTimestamp());
    while (count % 16 != 0 || Stopwatch.GetElapsedTime(started).TotalMilliseconds < 20) act(count++);
    return Stopwatch.GetElapsedTime(started).TotalMicroseconds / count;
}
