using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Sluice.Core.Tests.Billing;
using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>
/// Reads the journal row by row as it grows, past the loader and its caches, and keeps books from it: what every customer
/// is by the journal alone, every invoice, every usage.
/// </summary>
internal sealed class Auditor(string file, int scope) : IDisposable
{
    private readonly SqliteConnection _connection = Open(file);
    private readonly Dictionary<CustomerKey, Account> _accounts = [];
    private readonly Dictionary<string, int> _uses = [];
    private long _last;

    public IEnumerable<Account> Accounts => _accounts.Values;

    public Account Of(CustomerKey key) => _accounts[key];

    /// <summary>How often usage of that mark was recorded.</summary>
    public int Uses(string mark) => _uses.GetValueOrDefault(mark);

    /// <summary>Takes in what was committed since the last time; gives the customers it was about.</summary>
    public IReadOnlyList<Account> Read(Terms terms)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "select no, customer, version, schema, body, properties from journal where scope = @scope and no > @last order by no";
        command.Parameters.AddWithValue("@scope", scope);
        command.Parameters.AddWithValue("@last", _last);
        using var row = command.ExecuteReader();
        var changed = new List<Account>();
        while (row.Read())
        {
            _last = row.GetInt64(0);
            var key = new CustomerKey(row.GetInt64(1));
            if (!_accounts.TryGetValue(key, out var account)) _accounts.Add(key, account = new Account());
            if (!changed.Contains(account)) changed.Add(account);
            JsonText? properties = row.IsDBNull(5) ? null : new JsonText(row.GetString(5));
            var (events, at) = JournalFormat.ReadEntry(row.GetInt32(3), Encoding.UTF8.GetBytes(row.GetString(4)), properties, terms);
            if (row.GetInt64(2) != account.Version + 1) throw new Broken("the journal has no holes", $"{key}: {row.GetInt64(2)} after {account.Version}");
            account.Enter(events, at);
            foreach (var used in events.OfType<CustomerEvent.Used>()) Mark(used);
        }

        return changed;
    }

    /// <summary>Invoices have the numbers 1, 2, 3 … of their scope.</summary>
    public void CheckNumbers()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "select number, status from invoice where scope = @scope and (number is not null or status <> 'draft') order by number";
        command.Parameters.AddWithValue("@scope", scope);
        using var row = command.ExecuteReader();
        for (var next = 1L; row.Read(); next++)
        {
            var number = row.IsDBNull(0) ? 0 : row.GetInt64(0);
            if (number != next) throw new Broken("invoice numbers have no gap", $"{number} stands where {next} should");
        }
    }

    /// <summary>When the next thing is due by itself, as the store knows it.</summary>
    public Instant? NextDue()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "select min(at) from (select min(next_due) as at from customer where deleted = 0 union all select min(due_at) from payment_task)";
        return command.ExecuteScalar() is long at ? new Instant(at) : null;
    }

    public bool HasQuestions()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "select count(*) from payment_task";
        return command.ExecuteScalar() is > 0L;
    }

    public void Dispose() => _connection.Dispose();

    private void Mark(CustomerEvent.Used used)
    {
        if (used.Properties is not { } json) return;
        using var document = JsonDocument.Parse(json.Value);
        if (document.RootElement.TryGetProperty("mark", out var mark)) _uses[mark.GetString()!] = Uses(mark.GetString()!) + 1;
    }

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        return connection;
    }

    /// <summary>One customer by the journal.</summary>
    internal sealed class Account
    {
        private readonly List<Invoice> _issued = [];

        public Customer? Customer { get; private set; }

        public long Version => Customer?.Version ?? 0;

        public Books Books { get; } = new();

        /// <summary>Invoices in the order they were issued.</summary>
        public IReadOnlyList<Invoice> Issued => _issued;

        public void Enter(ImmutableArray<CustomerEvent> events, Instant at)
        {
            Customer = CustomerState.ApplyEntry(Customer, events, at);
            Broken.Watch("the books hold", Name, () => Books.Enter(events, at));
            _issued.AddRange(events.OfType<CustomerEvent.InvoiceIssued>().Select(static issued => issued.Invoice));
        }

        /// <summary>Between two payments of a catch-up something is due and not stored yet: then the books are open.</summary>
        public void Check()
        {
            if (!(Customer!.NextDue <= Customer.LastMoment)) Broken.Watch("the books hold", Name, () => Books.Check(Customer));
        }

        private string Name => Customer?.Profile.Id ?? "?";
    }
}
