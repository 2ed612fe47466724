using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Writes messages into an open transaction, each with its deliveries to the endpoints that want it now.</summary>
internal sealed class MessageWriter(sqlite3 database) : IDisposable
{
    private readonly Statement _message = new(database, """
        insert into webhook_message (id, scope, customer, customer_id, type, body, at, written_at) values (?, ?, ?, ?, ?, ?, ?, ?) returning no
        """);

    private readonly Statement _deliveries = new(database, $"""
        insert into webhook_delivery (message, endpoint, scope, customer, status) select ?, no, scope, ?, 1 from webhook_endpoint
        where scope = ? and enabled = 1 and ((events = '' and ?4 <> '{WebhookMessage.OnlyByName}') or instr(' ' || events || ' ', ' ' || ?4 || ' ') > 0)
        """);

    // One that is there keeps its time: what is before in it goes first. In a store of many writers the update locks it.
    private readonly Statement _lanes = new(database, """
        insert into webhook_lane (endpoint, customer, scope, next_at) select endpoint, customer, scope, 0 from webhook_delivery where message = ?
        on conflict (endpoint, customer) do update set next_at = webhook_lane.next_at
        """);

    public void Write(WebhookMessage message)
    {
        var customer = message.Customer?.Value ?? 0;
        var no = _message
            .Bind(message.Id).Bind(message.Scope.Value).Bind(customer).Bind(message.CustomerId).Bind(message.Type).Bind(message.Body)
            .Bind(message.At.Milliseconds).Bind(message.WrittenAt.Milliseconds)
            .RunForNumber() ?? throw new InvariantViolation("a message was written without a number");
        if (_deliveries.Bind(no).Bind(Lane.Of(customer, no).Value).Bind(message.Scope.Value).Bind(message.Type).Run() > 0) _lanes.Bind(no).Run();
    }

    public void Dispose()
    {
        _message.Dispose();
        _deliveries.Dispose();
        _lanes.Dispose();
    }
}
