using Xunit.Sdk;

namespace Sluice.Core.Tests.Model;

/// <summary>
/// The engine against a naive customer that was written from the rules alone. SLUICE_TIMES multiplies the stories,
/// SLUICE_SEED tells one again.
/// </summary>
public class ModelTests
{
    [Fact]
    public void The_engine_and_the_naive_customer_say_the_same_after_every_line() => Property.Holds(1000, random =>
    {
        var story = new Chance(random).Story();
        if (Pair.Difference(story) is null) return;
        var shortest = Shortened(story);
        throw new XunitException($"\n{string.Join('\n', shortest.Select((line, at) => $"{at + 1,3} {line.Told}"))}\n{Pair.Difference(shortest)}");
    });

    [Fact]
    public void The_naive_customer_knows_nothing_of_the_engine()
    {
        var core = typeof(Customer).Assembly;
        var naive = typeof(Naive.NaiveCustomer).Assembly.GetTypes().Where(type => type.Namespace == "Naive").ToList();
        Assert.NotEmpty(naive);
        const System.Reflection.BindingFlags all = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.DeclaredOnly;
        Assert.DoesNotContain(naive.SelectMany(type => type.GetMethods(all)), method =>
            method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType)
                .Concat(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []).Any(type => type.Assembly == core));
    }

    // Without each line, then each item of a plan, that is not needed for the two to differ.
    private static List<Step> Shortened(List<Step> story)
    {
        for (var again = true; again;)
        {
            again = false;
            for (var at = story.Count - 1; at >= 0; at--)
            {
                foreach (var shorter in Shorter(story, at))
                {
                    if (Pair.Difference(shorter) is null) continue;
                    (story, again) = (shorter, true);
                    break;
                }
            }
        }

        return story;
    }

    private static IEnumerable<List<Step>> Shorter(List<Step> story, int at)
    {
        if (at >= story.Count) yield break;
        yield return [.. story[..at], .. story[(at + 1)..]];
        if (story[at] is not Step.Attach { Offer: var offer } attach) yield break;
        for (var item = 0; item < offer.Items.Length; item++)
            yield return [.. story[..at], attach with { Offer = offer with { Items = [.. offer.Items[..item], .. offer.Items[(item + 1)..]] } }, .. story[(at + 1)..]];
    }
}
