namespace Sluice.Server.Tests;

/// <summary>The catalog is there again after a restart, byte for byte.</summary>
public sealed class CatalogRestartTests
{
    [Fact]
    public async Task What_was_stored_is_read_again_however_deep_it_is()
    {
        using var directory = new TempDirectory();
        string[] reads = ["features.list", "plans.list", "customers.get"];
        var before = new List<string>();
        await using (var server = await RunningServer.Start(directory: directory))
        {
            var deepest = Nested(47);
            (await server.Api.Post("customers.get_or_create", $$"""{"customer_id": "ada", "metadata": {{deepest}}}""")).MustBe(200);
            (await server.Api.Post("plans.create", $$"""{"plan_id": "deep", "name": "Deep", "metadata": {{deepest}}, "licenses": [{"license_plan_id": "free", "metadata": {{Nested(45)}}}]}""")).MustBe(200);
            (await server.Api.Post("balances.track", $$"""{"customer_id": "ada", "feature_id": "messages", "properties": {{deepest}}}""")).MustBe(200);
            Assert.Equal(400, (await server.Api.Post("plans.create", $$"""{"plan_id": "deeper", "name": "Deeper", "metadata": {{Nested(48)}}}""")).Status);
            (await server.Api.Post("plans.update", """{"plan_id": "pro", "items": [{"feature_id": "messages"}], "force_version": true}""")).MustBe(200);
            foreach (var read in reads) before.Add((await server.Api.Post(read, """{"customer_id": "ada", "all_versions": true}""")).MustBe(200).Text);
        }

        await using var again = await RunningServer.Start(directory: directory);
        for (var i = 0; i < reads.Length; i++)
            Assert.Equal(before[i], (await again.Api.Post(reads[i], """{"customer_id": "ada", "all_versions": true}""")).MustBe(200).Text);
        Assert.Single((await again.Api.Post("events.list", "{}")).MustBe(200).List);
    }

    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("""{"a":""", levels)) + "1" + new string('}', levels);
}
