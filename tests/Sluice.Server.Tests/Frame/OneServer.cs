namespace Sluice.Server.Tests.Frame;

/// <summary>One server for all tests of a class; each test keeps to customers of its own.</summary>
public sealed class OneServer : IAsyncLifetime
{
    internal RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RunningServer.Start();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}
