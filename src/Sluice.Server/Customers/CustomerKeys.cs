using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>Hands out customer keys from blocks reserved in the store; a restart leaves a gap.</summary>
internal sealed class CustomerKeys(IStore store) : IDisposable
{
    private const int Block = 1_000;
    private readonly SemaphoreSlim _one = new(1);
    private long _next;
    private long _end;

    public async ValueTask<CustomerKey> Next()
    {
        await _one.WaitAsync();
        try
        {
            if (_next == _end)
            {
                _next = await store.ReserveCustomerKeys(Block);
                _end = _next + Block;
            }

            return new CustomerKey(_next++);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
