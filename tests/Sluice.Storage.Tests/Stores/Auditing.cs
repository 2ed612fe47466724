using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteAuditing() : Auditing(new SqliteHost());

public sealed class PostgresAuditing() : Auditing(new PostgresHost());

/// <summary>What is stored fits together, and whatever is changed behind the store's back is found and named.</summary>
public abstract class Auditing(StoreHost host) : StoreSuite(host)
{
    [Fact]
    public async Task What_was_committed_passes()
    {
        await Life(1);
        await Life(2);
        Assert.Empty(await Faults(1));
        Assert.Empty(await Faults(2));
        Assert.True((await Audit.NumbersOf(Scope)).AreGapless);
        Assert.Equal([(Scope, new CustomerKey(1)), (Scope, new CustomerKey(2))], await Audit.CustomersAfter(default, default, 10));
        Assert.Equal([(Scope, new CustomerKey(2))], await Audit.CustomersAfter(Scope, new CustomerKey(1), 10));
    }

    [Fact]
    public async Task Invoices_and_a_customer_that_is_gone_pass_too()
    {
        var actor = await Life(5);
        var invoice = new Invoice(
            new InvoiceNo(9), InvoiceStatus.Open, InvoiceReason.Request, Now, [new InvoiceLine(LineKind.Custom, "Setup", "Setup", Usd(500), Usd(500), [], null, null, null, null, null, Quantity.One, null)], Usd(0), null, Usd(0));
        Committed(actor.Do(Now, new CustomerEvent.InvoiceIssued(invoice)));
        Committed(actor.Do(Now, new CustomerEvent.InvoicePaid(invoice.No)));
        Committed(actor.Do(Now, new CustomerEvent.RefundAsked(invoice.No, 10, Usd(200))));
        Assert.Empty(await Faults(5));
        Assert.Equal(new InvoiceNumbers(1, 1, 1), await Audit.NumbersOf(Scope));

        Host.Tamper("update invoice set refunded = 300");
        Assert.Contains("invoices: the journal says", string.Join(' ', await Faults(5)), StringComparison.Ordinal);
        Host.Tamper("update invoice set number = 3");
        Assert.False((await Audit.NumbersOf(Scope)).AreGapless);
        Committed(actor.Do(Now, new CustomerEvent.Deleted()));
        Assert.Empty(await Faults(5));
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "update journal set body = replace(body, '\"amount\":3', '\"amount\":2') where customer = 1 and version = 2", "entry 2 cannot be read: it does not match its hash" },
        { "update journal set hash = (select hash from journal where customer = 1 and version = 1) where customer = 1 and version = 2", "entry 2 cannot be read: it does not match its hash" },
        { "update journal set properties = '{\"a\":2}' where customer = 1 and version = 3", "entry 3 cannot be read: it does not match its hash" },
        { "update journal set value = '4' where customer = 1 and version = 2", "entry 2: the columns of its usage" },
        { "update journal set feature = 'other' where customer = 1 and version = 2", "entry 2: the columns of its usage" },
        { "update journal set at = at + 1 where customer = 1 and version = 2", "entry 2: its column says" },
        { "update customer set name = 'Eve' where key = 1", "id, name, email" },
        { "update customer set next_due = null where key = 1", "not listed as due" },
        { "update plan_holder set held = 0 where customer = 1", "plans it holds: the journal says" },
        { "update usage_day set sum = '9' where customer = 1", "sums of usage by day" },
        { "delete from usage_day where customer = 1", "sums of usage by day" },
        { "update customer_version set version = 3 where key = 1", "sums of usage by day" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_behind_its_back_is_found_and_named(string sql, string says)
    {
        await Life(1);
        await Life(2);
        await Restart(); // Sums of usage are written by then.
        Host.Tamper(sql);
        var faults = await Faults(1);
        Assert.True(faults.Any(fault => fault.Contains(says, StringComparison.Ordinal)), $"{sql}: {string.Join(" | ", faults)}");
        Assert.Empty(await Faults(2));
    }

    [Fact]
    public async Task A_snapshot_that_is_not_the_state_is_found()
    {
        var actor = await Life(1);
        Commit(new TestUnit { Snapshots = [Snapshotter.Of(Scope, actor.State!, actor.Hash)] });
        Assert.Empty(await Faults(1));
        Host.Tamper("update snapshot set body = replace(body, '\"last_no\":2', '\"last_no\":3')");
        Assert.Contains("is not the state that the journal leads to", Assert.Single(await Faults(1)), StringComparison.Ordinal);
    }

    private static Money Usd(long cents) => new(cents, Currency.Usd);

    private IAuditStore Audit => (IAuditStore)Store;

    private Task<Actor> Life(long key)
    {
        var actor = Joined(key);
        Committed(actor.Use(3));
        Committed(actor.Use(2, properties: """{"a":1}"""));
        Committed(actor.Use(1.5m, at: Now.Plus(TimeSpan.FromDays(1))));
        return Task.FromResult(actor);
    }

    private async Task<IReadOnlyList<string>> Faults(long key)
    {
        var file = await Audit.ReadFile(Scope, new CustomerKey(key));
        return await CustomerAudit.Check(Audit, file!, Sample.Terms);
    }
}
