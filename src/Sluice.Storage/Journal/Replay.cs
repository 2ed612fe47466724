using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// A customer put together again from a snapshot, or from the checkpoint that its journal begins with, and the entries after it. The chain of hashes and the order of
/// versions are checked on the way: a journal with a hole or a changed row is refused, not guessed at.
/// </summary>
internal sealed class Replay(CustomerKey key, long headVersion, Terms terms)
{
    private Customer? _customer;
    private byte[] _hash = JournalFormat.FirstHash;
    private long _tailBytes;
    private long _snapshotBytes;

    public void Start(long version, int schema, byte[] hash, byte[] body)
    {
        _customer = JournalFormat.ReadState(schema, body, terms);
        if (_customer.Version != version) throw Broken($"its snapshot says version {_customer.Version}, the row {version}");
        _hash = hash;
        _snapshotBytes = body.Length;
    }

    public void Start(Checkpoint checkpoint)
    {
        _customer = checkpoint.Read(terms);
        _hash = checkpoint.Hash;
        _snapshotBytes = checkpoint.Body.Length;
    }

    public void Add(long version, int schema, byte[] body, byte[] hash, JsonText? properties)
    {
        if (version != (_customer?.Version ?? 0) + 1) throw Broken($"entry {version} follows version {_customer?.Version ?? 0}");
        if (!JournalFormat.Hash(_hash, body, properties).AsSpan().SequenceEqual(hash)) throw Broken($"entry {version} does not match its hash");
        var (events, at) = JournalFormat.ReadEntry(schema, body, properties, terms);
        _customer = CustomerState.ApplyEntry(_customer, events, at);
        _hash = hash;
        _tailBytes += body.Length + (properties is { } json ? Encoding.UTF8.GetByteCount(json.Value) : 0);
    }

    public StoredCustomer Finish()
    {
        if (_customer is null || _customer.Version != headVersion) throw Broken($"it ends at version {_customer?.Version ?? 0}, the customer is at {headVersion}");
        return new StoredCustomer(_customer, _hash, _tailBytes, _snapshotBytes);
    }

    private InvariantViolation Broken(string why) => new($"the journal of {key} is broken: {why}");
}
