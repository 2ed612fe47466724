using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Sluice.Bench;

// OpenLoop <address> <requests a second> <seconds> <customers> <kind=weight>…
// Requests at a steady rate, whatever becomes of those before; each is timed from the moment it was due, so that a server
// that stands still is charged for everyone who had to wait (no coordinated omission). Kinds: check, track.
// Prints for each kind: requests, a second, p50, p99, p99.9, longest (ms), wrong answers.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var address, var rate, var seconds, var customers, .. { Length: > 0 } mix])
{
    Console.Error.WriteLine("usage: OpenLoop <address> <requests a second> <seconds> <customers> <kind=weight>…");
    return 2;
}

var kinds = mix.Select(static part => part.Split('=')).SelectMany(static part => Enumerable.Repeat(part[0], int.Parse(part[1]))).ToArray();
var requests = new Requests(new Uri(address), Environment.GetEnvironmentVariable("BENCH_KEY")!, int.Parse(customers), kinds);
var sent = (int)(double.Parse(rate) * double.Parse(seconds));
await requests.Send((int)(double.Parse(rate) * 2), double.Parse(rate) / 3);
await requests.Send((int)(double.Parse(rate) * 3), double.Parse(rate));
var timings = await requests.Send(sent, double.Parse(rate));
foreach (var kind in kinds.Distinct())
{
    var took = timings.Where(timing => timing.Kind == kind).Select(static timing => timing.Milliseconds).Order().ToArray();
    var wrong = timings.Count(timing => timing.Kind == kind && !timing.IsRight);
    Console.WriteLine($"OPEN {kind} {took.Length} {took.Length / double.Parse(seconds):0} {At(took, 0.5):0.00} {At(took, 0.99):0.00} {At(took, 0.999):0.00} {took[^1]:0.00} {wrong}");
}

return 0;

static double At(double[] sorted, double part) => sorted[Math.Min(sorted.Length - 1, (int)Math.Ceiling(sorted.Length * part) - 1)];
