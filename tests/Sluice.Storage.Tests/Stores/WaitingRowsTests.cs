using Customer = (int Scope, long Key);

namespace Sluice.Storage.Tests;

public sealed class WaitingRowsTests
{
    [Fact]
    public void Each_customers_rows_are_given_once_oldest_first_and_the_last_one_is_its_end()
    {
        var random = new Random(Seed.Print());
        var (waiting, told, taken) = (new WaitingRows(), new Dictionary<Customer, List<WaitingRow>>(), new List<WaitingRow>());
        for (var no = 1L; no < 40_000; no++)
        {
            Customer of = (random.Next(1, 3), random.Next(400));
            if (random.Next(20) > 0)
            {
                var row = new WaitingRow(new JournalEnd(random.Next(9), no), no, random.Next(-1, 3), no / 100m);
                if (!told.TryGetValue(of, out var rows)) told[of] = rows = [];
                rows.Add(row);
                Assert.Equal(rows.Count, waiting.Add(of, row));
            }
            else
            {
                waiting.Take(of, taken);
                Assert.Equal(told.Remove(of, out var rows) ? rows : [], taken);
            }

            Assert.Equal(told.TryGetValue(of, out var left) ? left[^1].End : null, waiting.EndOf(of));
        }

        Assert.Equal(told.Values.Sum(static rows => rows.Count), waiting.Count);
        Assert.Equal(told.Keys.Order(), waiting.Customers.Order());
        waiting.Clear();
        Assert.Equal((0, null), (waiting.Count, waiting.EndOf(told.Keys.First())));
        Assert.Equal(1, waiting.Add((1, 1), new WaitingRow(new JournalEnd(1, 1))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(257)]
    [InlineData(20_000)]
    public void Customers_come_in_order_each_once_however_they_were_given(int count)
    {
        var random = new Random(Seed.Print());
        var inOrder = new InOrder();
        foreach (var mixed in (Func<Customer[], IEnumerable<Customer>>[])[static all => all, static all => all.Reverse(), all => all.OrderBy(_ => random.Next())])
        {
            var customers = Enumerable.Range(0, count).Select(no => (1 + (no / 300), no % 300 * 1_000_000_000_000L)).Distinct().ToArray();
            inOrder.Begin([.. mixed(customers)]);
            var given = new List<Customer>();
            while (!inOrder.IsEmpty) given.Add(inOrder.Next());
            Assert.Equal(customers, given);
        }
    }
}
