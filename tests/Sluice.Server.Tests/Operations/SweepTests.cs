using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Operations;

/// <summary>What falls due is stored also when nobody asks.</summary>
public sealed class SweepTests
{
    [Fact]
    public async Task A_customer_that_cannot_be_read_does_not_keep_the_others_waiting()
    {
        using var directory = new TempDirectory();
        var time = new ManualTime();
        await using (var server = await RunningServer.Start(directory: directory, time: time))
        {
            foreach (var id in (string[])["broken", "whole"])
            {
                await server.Api.Create(id);
                await server.Api.Track(id, 3);
            }
        }

        Assert.Equal(1, await StoredState.Change(directory, "update journal set body = replace(body, '\"amount\":3', '\"amount\":2') where customer = (select min(customer) from journal) and body like '%\"amount\":3%'"));
        await using var again = await RunningServer.Start(directory: directory, time: time);
        await using var state = await StoredState.Open(directory);
        var before = (await state.Of(1))["journal"];
        time.Advance(TimeSpan.FromDays(40));
        await Deadline.Until(async () => (await state.Of(1))["journal"] != before, "what is due of the customer that is whole", time);
    }
}
