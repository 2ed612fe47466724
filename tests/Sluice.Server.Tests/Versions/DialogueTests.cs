using System.Text.Json.Nodes;

namespace Sluice.Server.Tests.Versions;

/// <summary>What callers of 1.2 sent and got, replayed against a server that knows only the newest shape.</summary>
public sealed class DialogueTests
{
    [Theory]
    [InlineData("check-1.2.jsonl", "1.2")]
    [InlineData("track-1.2.jsonl", "1.2.0")]
    [InlineData("customers-1.2.jsonl", "2025-05-05")]
    [InlineData("check-1.2.jsonl", "beta")]
    public async Task Older_callers_get_what_they_always_got(string file, string version)
    {
        await using var server = await RunningServer.Start(demo: false);
        var faults = await Dialogue.Play(server, file, version);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void The_yardstick_tells_one_answer_from_another()
    {
        var faults = Dialogue.Differences(
            JsonNode.Parse("""{"a": 1, "b": "*", "c": [{"id": "x"}, {"id": "y"}], "d": "&part"}"""),
            JsonNode.Parse("""{"a": 1.0, "c": [{"id": "y"}, {"id": "z"}], "d": {"e": 2}, "f": null}"""),
            "answer",
            new Dictionary<string, JsonNode?> { ["&part"] = JsonNode.Parse("""{"e": 3}""") });
        Assert.Equal(["answer lacks b", "answer.c[0].id is \"y\", not \"x\"", "answer.c[1].id is \"z\", not \"y\"", "answer.d.e is 2, not 3", "answer has f: "], faults);
    }
}
