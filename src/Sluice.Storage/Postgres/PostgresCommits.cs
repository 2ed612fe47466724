using System.Runtime.ExceptionServices;
using Npgsql;

namespace Sluice.Storage;

/// <summary>
/// Commits batches and waits for none longer than it may be waited for (<see cref="InTime"/>): then the thread that waits is left to
/// itself with its connection, and another one goes on. Used by one thread at a time.
/// </summary>
internal sealed class PostgresCommits(NpgsqlDataSource source, long node) : IDisposable
{
    private Writer? _writer;

    /// <exception cref="IOException">It is not known what became of the batch: it may still be committed.</exception>
    public IReadOnlyList<Fate> Write(IReadOnlyList<Unit> batch)
    {
        _writer ??= new Writer(new PostgresBatch(source, node));
        if (_writer.Write(batch) is { } fates) return fates;
        Dispose();
        throw InTime.Over();
    }

    public void Dispose()
    {
        _writer?.End();
        _writer = null;
    }

    private sealed class Writer
    {
        private readonly PostgresBatch _on;
        private readonly SemaphoreSlim _asked = new(0);
        private readonly SemaphoreSlim _written = new(0);
        private Unit[]? _batch;
        private IReadOnlyList<Fate> _fates = [];
        private ExceptionDispatchInfo? _failure;

        public Writer(PostgresBatch on)
        {
            _on = on;
            new Thread(Loop) { IsBackground = true, Name = "sluice postgres" }.Start();
        }

        /// <summary>Null: it did not end in time, and this writer is of no use any more.</summary>
        public IReadOnlyList<Fate>? Write(IReadOnlyList<Unit> batch)
        {
            // A copy of its own, as whoever asks goes on when it takes too long.
            _batch = [.. batch];
            _asked.Release();
            if (!_written.Wait(InTime.Patience(PostgresStore.CommitSeconds))) return null;
            _failure?.Throw();
            return _fates;
        }

        /// <summary>When nothing is under way any more.</summary>
        public void End()
        {
            _batch = null;
            _asked.Release();
        }

        private void Loop()
        {
            while (true)
            {
                _asked.Wait();
                if (_batch is not { } batch) break;
                _failure = null;
                try
                {
                    _fates = _on.Write(batch);
                }
                catch (Exception failure)
                {
                    _failure = ExceptionDispatchInfo.Capture(failure);
                }

                _written.Release();
            }

            _on.Dispose();
        }
    }
}
