using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public sealed class LifecycleTests
{
    private static readonly Catalog Shop = Start
        .With(new CreatePlan(new PlanId("welcome"), "Welcome") { AutoEnable = true, Group = "gifts", Items = [Item("credits", 5)] })
        .With(new CreatePlan(new PlanId("quiet"), "Quiet") { Items = [Item("messages", 1)] });

    [Theory]
    [InlineData(null, null, false, "free welcome", "every plan that enables itself, one for each group")]
    [InlineData(null, "gifts", false, "welcome", "only those of one group")]
    [InlineData("quiet", null, false, "quiet", "a plan named takes their place")]
    [InlineData(null, null, true, "", "none when told so")]
    public void A_new_customer_starts_on(string? plan, string? group, bool none, string held, string because)
    {
        var customer = Made(plan, group, none);
        Assert.True(string.Join(' ', customer.Subscriptions.Select(one => one.Plan.Value)) == held, because);
        Assert.Equal(1, customer.Version);
    }

    [Theory]
    [InlineData("nope", RefusalCode.PlanNotFound)]
    [InlineData("pro", RefusalCode.InvalidRequest)]
    public void A_plan_to_start_on_must_exist_and_be_free(string plan, RefusalCode code) =>
        Assert.Equal(code, Assert.IsType<Decision.Refused>(Create(plan, null, false)).Refusal.Code);

    [Theory]
    [InlineData(null, "New", "New", "empty: filled in")]
    [InlineData("", "New", "New", "an empty text is empty too")]
    [InlineData("Old", "New", "Old", "what is there stays")]
    [InlineData("Old", null, "Old", "nothing sent")]
    public void Coming_again_fills_in_only_what_is_empty(string? stands, string? sent, string? becomes, string because) =>
        Assert.True(new Profile("c", Name: stands).Backfilled(new Command.Backfill(sent, null, null)).Name == becomes, because);

    [Fact]
    public void A_deleted_customer_keeps_nothing_of_itself()
    {
        var customer = Made(null, null, false);
        var gone = Assert.IsType<Decision.Accepted>(Decider.Decide(customer, Shop, new Command.Delete(), Now)).Customer;
        Assert.True(gone.Deleted);
        Assert.Equal(new Profile(null), gone.Profile);
        Assert.Empty(gone.Grants);
        Assert.Empty(gone.Subscriptions);
        Assert.Null(gone.NextDue);
    }

    [Fact]
    public void A_change_that_changes_nothing_is_not_written()
    {
        var decision = Decider.Decide(Made(null, null, false), Shop, new Command.ChangeProfile(standing => standing), Now);
        Assert.Empty(Assert.IsType<Decision.Accepted>(decision).Events);
    }

    private static Decision Create(string? plan, string? group, bool none) =>
        Decider.Decide(null, Shop, new Command.Create(new CustomerKey(1), new Profile("c", "Name", "c@example.com"), plan is null ? null : new PlanId(plan), group, none), Now);

    private static Customer Made(string? plan, string? group, bool none) => Assert.IsType<Decision.Accepted>(Create(plan, group, none)).Customer;
}
