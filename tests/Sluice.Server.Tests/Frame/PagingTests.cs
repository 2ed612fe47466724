using System.Globalization;
using System.Text;

namespace Sluice.Server.Tests.Frame;

/// <summary>Lists come in pages: by cursor from 2.3 on, by offset before.</summary>
public sealed class PagingTests
{
    [Theory]
    [InlineData("customers.list")]
    [InlineData("events.list")]
    public async Task Pages_by_cursor_show_every_row_once(string operation)
    {
        await using var server = await Filled(7);
        var (seen, cursor, pages) = (new List<string>(), "", 0);
        do
        {
            var page = (await server.Api.Post(operation, new { limit = 3, start_cursor = cursor })).MustBe(200);
            seen.AddRange(page.List.Select(row => row.GetProperty("id").GetString()!));
            cursor = page.Word("next_cursor");
            pages++;

            // A row that comes meanwhile is newer than the first page and moves nothing.
            if (operation == "customers.list") await server.Api.Create(string.Create(CultureInfo.InvariantCulture, $"late{pages}"));
        }
        while (cursor is not null);

        Assert.Equal((3, 7), (pages, seen.Distinct().Count()));
        Assert.Equal(7, seen.Count);
    }

    [Theory]
    [InlineData("customers.list")]
    [InlineData("events.list")]
    public async Task A_page_far_beyond_the_end_is_empty(string operation)
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("one");
        await server.Api.Track("one", 1);
        var far = new { offset = int.MaxValue, limit = 1_000, customer_id = "one" };
        Assert.Empty((await server.Api.Post(operation, far, ("x-api-version", "2.2.0"))).MustBe(200).List);
    }

    [Theory]
    [InlineData("customers.list")]
    [InlineData("events.list")]
    public async Task Pages_by_offset_show_every_row_once(string operation)
    {
        await using var server = await Filled(7);
        var seen = new List<string>();
        for (var offset = 0; offset < 9; offset += 3)
        {
            var page = (await server.Api.Post(operation, new { limit = 3, offset }, ("x-api-version", "2.2.0"))).MustBe(200);
            seen.AddRange(page.List.Select(row => row.GetProperty("id").GetString()!));
            Assert.Equal(offset + 3 < 7, page.Flag("has_more"));
            Assert.Equal((3, offset, page.List.Count), (page.Number("limit"), page.Number("offset"), page.Number("total")));
            Assert.Null(page["next_cursor"]);
        }

        Assert.Equal((7, 7), (seen.Count, seen.Distinct().Count()));
    }

    [Theory]
    [InlineData("2.3.0", 1000, 200, null)]
    [InlineData("2.3.0", 1001, 400, "invalid_request")]
    [InlineData("2.3.0", 5000, 400, "invalid_request")]
    [InlineData("2.3.0", 5001, 400, "invalid_inputs")]
    [InlineData("2.3.0", 0, 400, "invalid_inputs")]
    [InlineData("2.3.0", 1.5, 400, "invalid_inputs")]
    [InlineData("2.2.0", 1000, 200, null)]
    [InlineData("2.2.0", 1001, 400, "invalid_inputs")]
    [InlineData("2.2.0", 0, 400, "invalid_inputs")]
    public async Task A_page_has_its_limits(string version, double limit, int status, string? code)
    {
        await using var server = await RunningServer.Start();
        var reply = await server.Api.Post("customers.list", new { limit }, ("x-api-version", version));
        Assert.Equal((status, code), (reply.Status, reply.Code));
    }

    [Theory]
    [InlineData("not-a-cursor")]
    [InlineData("%%%")]
    [InlineData("é")]
    public async Task A_bad_cursor_is_refused(string cursor)
    {
        await using var server = await RunningServer.Start();
        foreach (var operation in (string[])["customers.list", "events.list"])
        {
            var reply = await server.Api.Post(operation, new { start_cursor = cursor });
            Assert.Equal((400, "invalid_cursor"), (reply.Status, reply.Code));
        }
    }

    [Theory]
    [InlineData("99999999999999999999:x")]
    [InlineData("9223372036854775807:9223372036854775807")]
    [InlineData("-9223372036854775808:1.1")]
    [InlineData("1:")]
    [InlineData(":")]
    public async Task A_made_up_cursor_breaks_nothing(string inside)
    {
        await using var server = await Filled(1);
        var cursor = Convert.ToBase64String(Encoding.UTF8.GetBytes(inside)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        foreach (var operation in (string[])["customers.list", "events.list"])
            Assert.Contains((await server.Api.Post(operation, new { start_cursor = cursor })).Status, (int[])[200, 400]);
    }

    [Fact]
    public async Task Each_way_ignores_the_field_of_the_other()
    {
        await using var server = await Filled(2);
        Assert.Equal(2, (await server.Api.Post("customers.list", new { start_cursor = "nonsense" }, ("x-api-version", "2.2.0"))).MustBe(200).List.Count);
        Assert.Equal(2, (await server.Api.Post("customers.list", new { offset = 1 }, ("x-api-version", "2.3.0"))).MustBe(200).List.Count);
    }

    private static async Task<RunningServer> Filled(int rows)
    {
        var server = await RunningServer.Start();
        for (var i = 0; i < rows; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"c{i}");
            await server.Api.Create(id);
            (await server.Api.Track(id, 1)).MustBe(200);

            // Pairs of rows share a moment: the order must be whole all the same.
            if (i % 2 == 1) server.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        return server;
    }
}
