using System.Text.Json;

namespace Sluice.Server.Tests.Webhooks;

/// <summary>A server and a receiver that listens to it, and the words of these tests.</summary>
internal sealed class Listening : IAsyncDisposable
{
    private readonly bool _ownsReceiver;

    private Listening(RunningServer server, Receiver receiver, bool ownsReceiver) => (Server, Receiver, _ownsReceiver) = (server, receiver, ownsReceiver);

    public static WebhookSettings Private { get; } = new(AllowPrivate: true);

    public RunningServer Server { get; }

    public Receiver Receiver { get; }

    public ApiClient Api => Server.Api;

    public ManualTime Time => Server.Time;

    /// <summary>The webhook that was made first.</summary>
    public string Id { get; private set; } = "";

    public string Secret { get; private set; } = "";

    public static async Task<Listening> Start(TempDirectory? directory = null, Receiver? receiver = null, ManualTime? time = null)
    {
        var listening = new Listening(await RunningServer.Start(directory: directory, time: time, webhooks: Private), receiver ?? await Receiver.Start(), receiver is null);
        if (receiver is not null) return listening;
        var made = await listening.Hook();
        (listening.Id, listening.Secret) = (made.Word("id")!, made.Word("secret")!);
        return listening;
    }

    public async Task<Reply> Hook(object? more = null) => (await Api.Post("webhooks.create", more ?? new { url = Receiver.Url })).MustFit("webhooks.create");

    /// <summary>A customer with nothing but so many messages, and alerts at these numbers of them used.</summary>
    public async Task Customer(string id, decimal grant = 1000, params int[] alerts)
    {
        await Api.Create(id, new { customer_id = id, internal_options = new { disable_defaults = true } });
        await Api.Grant(id, grant);
        if (alerts.Length > 0) await Controls(id, new { usage_alerts = alerts.Select(threshold => new { feature_id = "messages", threshold, threshold_type = "usage", enabled = true }) });
    }

    /// <summary>A customer with a card, who holds the plan small: 20 a month, and 100 messages bought once for 10, sold in hundreds.</summary>
    public async Task Sold(string id, string card)
    {
        await Api.Create(id, new { customer_id = id, internal_options = new { disable_defaults = true } });
        foreach (var (plan_id, amount) in (IEnumerable<(string, int)>)[("small", 20), ("large", 50)])
        {
            var messages = new { feature_id = "messages", price = new { amount = 10, billing_units = 100, interval = "one_off", billing_method = "prepaid" } };
            (await Api.Post("plans.create", new { plan_id, name = plan_id, group = "sold", price = new { amount, interval = "month" }, items = new[] { messages } })).MustBe(200);
        }

        (await Api.Post("customers.set_test_card", new { customer_id = id, payment_method = card })).MustBe(200);
        (await Api.Post("billing.attach", new { customer_id = id, plan_id = "small", feature_quantities = new[] { new { feature_id = "messages", quantity = 100 } } })).MustBe(200);
    }

    public async Task Controls(string id, object controls) => (await Api.Post("customers.update", new { customer_id = id, billing_controls = controls })).MustBe(200);

    public async Task Track(string id, decimal value) => (await Api.Track(id, value)).MustBe(200);

    public async Task<IReadOnlyList<JsonElement>> Log(object? query = null) => (await Api.Post("webhooks.deliveries", query ?? new { limit = 1000 })).MustFit("webhooks.deliveries").List;

    /// <summary>Waits until the log looks so; the server writes it after it was answered.</summary>
    public async Task<IReadOnlyList<JsonElement>> Until(Func<IReadOnlyList<JsonElement>, bool> looks, string what)
    {
        IReadOnlyList<JsonElement> log = [];
        await Deadline.Until(async () => looks(log = await Log()), what);
        return log;
    }

    public Task<IReadOnlyList<JsonElement>> AllSettled() => Until(static log => log.All(static one => Status(one) != "pending"), "the end of everything pending");

    /// <summary>Waits until so many attempts are in the log.</summary>
    public Task<IReadOnlyList<JsonElement>> Tried(int attempts) => Until(log => log.Sum(static one => one.GetProperty("attempts").GetArrayLength()) == attempts, $"{attempts} attempts");

    public static string Status(JsonElement delivery) => delivery.GetProperty("status").GetString()!;

    public async ValueTask DisposeAsync()
    {
        // A stop waits a little for what is on its way: time has to go by.
        var stopped = Server.DisposeAsync().AsTask();
        await Deadline.Until(() => stopped.IsCompleted, "the end of the server", Time);
        await stopped;
        if (_ownsReceiver) await Receiver.DisposeAsync();
    }
}
