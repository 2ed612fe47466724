using System.Diagnostics;
using Sluice.Simulation;

if (Options.Read(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

using var theatre = await Theatre.Open();
return options.Proves ? await Proving() : await Playing();

// Story after story, until time or number runs out or one fails.
async Task<int> Playing()
{
    var (clock, tally) = (Stopwatch.StartNew(), new Tally());
    for (var story = 0; options.Time is { } time ? clock.Elapsed < time : story < options.Stories; story++)
    {
        var seed = options.Seed + story;
        Console.Write($"{seed} ");
        if (await theatre.Play(seed, options, Sabotage.None, tally) is not { } failure) continue;
        Console.WriteLine();
        await Tell(seed, failure);
        Sum(failed: 1);
        return 1;
    }

    Console.WriteLine();
    Sum(failed: 0);
    return 0;

    void Sum(int failed)
    {
        foreach (var line in tally.Lines(clock.Elapsed)) Console.WriteLine(line);
        Console.WriteLine($"{tally.Stories - failed} passed, {failed} failed");
    }
}

async Task Tell(int seed, (Broken Broken, Step? At) failure)
{
    var whole = new Writer(seed, options.Customers).Story(options.Steps);
    if (failure.At is { } at) whole = whole[..(whole.IndexOf(at) + 1)];
    Console.WriteLine($"story {seed} fails{(failure.At is { } step ? $" at: {step.Told}" : " at its end")}\n{failure.Broken.Message}\n\nshrinking …");
    var last = failure.Broken;
    var shortest = await Shrinking.Shortest(whole, Fails, TimeSpan.FromSeconds(90));
    Console.WriteLine($"\n{last.Message}\n\nafter these steps:");
    foreach (var (line, no) in shortest.Select(static (line, no) => (line, no + 1))) Console.WriteLine($"{no,3} {line.Told}");
    Console.WriteLine($"\nagain: dotnet run --project tests/Sluice.Simulation -c Release -- --seed {seed} --stories 1 --customers {options.Customers} --steps {options.Steps}");

    async Task<bool> Fails(List<Step> steps)
    {
        if (await theatre.Play(steps, options.Customers, Sabotage.None, new Tally()) is not { } again || again.Broken.Invariant != failure.Broken.Invariant) return false;
        last = again.Broken;
        return true;
    }
}

// Each sabotage must be found, and as what it is: in a story that holds without it.
async Task<int> Proving()
{
    var missed = 0;
    foreach (var sabotage in Sabotage.All)
    {
        (Broken Broken, Step? At)? found = null;
        var seed = options.Seed;
        for (; found is null && seed < options.Seed + options.Stories; seed++) found = await theatre.Play(seed, options, sabotage, new Tally());
        var isFound = found is { } failure
            && (sabotage.Breaks is null || sabotage.Breaks == failure.Broken.Invariant)
            && await theatre.Play(seed - 1, options, Sabotage.None, new Tally()) is null;
        if (!isFound) missed++;
        Console.WriteLine($"{(isFound ? "found" : "MISSED")} {sabotage.Name} ({sabotage.Does}): {found?.Broken.Message ?? "nothing broke"} [seed {seed - 1}]");
    }

    Console.WriteLine($"{Sabotage.All.Length - missed} passed, {missed} failed");
    return missed == 0 ? 0 : 1;
}
