using System.Globalization;

namespace Sluice.Simulation;

/// <summary>What was asked for on the command line.</summary>
internal sealed record Options(int Seed, TimeSpan? Time, int Stories, int Customers, int Steps, bool Proves)
{
    public const string Usage = "usage: [--seed S] [--minutes M | --stories N] [--customers N] [--steps N] [--prove]";

    public static Options? Read(string[] args)
    {
        var options = new Options(Environment.TickCount & 0xFFFFFF, null, 100, 3, 60, false);
        for (var at = 0; at < args.Length; at++)
        {
            if (args[at] == "--prove")
            {
                options = options with { Proves = true };
                continue;
            }

            if (at + 1 == args.Length || !double.TryParse(args[at + 1], CultureInfo.InvariantCulture, out var number) || number < 0) return null;
            var named = args[at++] switch
            {
                "--seed" => options with { Seed = (int)number },
                "--minutes" => options with { Time = TimeSpan.FromMinutes(number) },
                "--stories" => options with { Stories = (int)number },
                "--customers" => options with { Customers = Math.Max(1, (int)number) },
                "--steps" => options with { Steps = (int)number },
                _ => null,
            };
            if (named is null) return null;
            options = named;
        }

        return options;
    }
}
