namespace Sluice.Core.Tests.Billing;

internal static class Telling
{
    /// <param name="leaps">False where the provider's answers come at moments of their own, as retries do.</param>
    public static void Tell(string script, string card = "good", string shop = "", string[]? live = null, bool leaps = true) => BillingStory.Tell(Shop.Of(shop, live ?? []), script, card, leaps);
}
