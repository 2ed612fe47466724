using System.ComponentModel;
using System.Diagnostics;
using Sluice.Storage;
using Step = Sluice.Server.Tests.Durability.SystemCalls.Step;

namespace Sluice.Server.Tests.Durability;

/// <summary>SIGKILL leaves the kernel's buffers alone; a power cut does not. So: what is synced, and when?</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DurabilityTests
{
    private const int Tracks = 60;

    [Fact]
    public async Task Before_each_answer_the_log_was_written_and_then_synced()
    {
        using var directory = new TempDirectory();
        MustHaveStrace();
        var trace = directory["trace"];
        string[] strace = ["strace", "-D", "-f", "-q", "-y", "-s", "32", "-o", trace, "-e", "trace=write,pwrite64,pwritev,writev,sendto,sendmsg,fdatasync,fsync"];
        await using (var server = await ServerProcess.Start(directory["data"], demo: true, environment: null, strace))
        {
            using var api = server.Client();
            await api.Create("ada");
            for (var i = 0; i < Tracks; i++) (await api.Track("ada", 1)).MustBe(200);
            Assert.Equal(0, await server.Terminate());
        }

        var steps = SystemCalls.Read(await File.ReadAllLinesAsync(trace)).ToList();
        var answers = 0;
        var (written, synced) = (false, false);
        foreach (var step in steps)
        {
            switch (step)
            {
                case Step.LogWritten:
                    (written, synced) = (true, false);
                    break;
                case Step.LogSynced:
                    synced = written;
                    break;
                case Step.AnswerSent:
                    answers++;
                    Assert.True(written && synced, $"answer {answers}: log written {written}, synced after that {synced}");
                    (written, synced) = (false, false);
                    break;
            }
        }

        Assert.Equal(1 + Tracks, answers);
    }

    [Fact]
    public async Task A_copy_cut_right_after_the_last_acknowledged_commit_opens_with_all_of_it()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"]);
        using var api = server.Client();
        await api.Create("ada");
        for (var cut = 1; cut <= 5; cut++)
        {
            for (var i = 0; i < 10; i++) (await api.Track("ada", 0.5m, $"{cut}-{i}")).MustBe(200);
            var copy = Cut(directory, cut);

            await using var again = await ServerProcess.Start(copy);
            using var other = again.Client();
            Assert.Equal(100 - (cut * 5), await other.Remaining("ada"));
            Assert.Equal(cut * 10, (await other.Post("events.list", new { customer_id = "ada", limit = 1000 })).List.Count);
            Assert.Equal(409, (await other.Track("ada", 0.5m, $"{cut}-9")).Status);
        }
    }

    [Fact]
    public async Task What_was_answered_before_the_end_of_a_stopped_server_is_there_after_the_next_start()
    {
        using var directory = new TempDirectory();
        await using (var server = await ServerProcess.Start(directory["data"]))
        {
            using var api = server.Client();
            await api.Create("ada");
            (await api.Track("ada", 30)).MustBe(200);
            Assert.Equal(0, await server.Terminate());
        }

        await using var again = await ServerProcess.Start(directory["data"]);
        using var after = again.Client();
        Assert.Equal(70, await after.Remaining("ada"));
    }

    // The database and its log as they lie there while the server runs; nothing is checkpointed, nothing closed.
    private static string Cut(TempDirectory directory, int cut)
    {
        var (from, to) = (directory["data"], directory[$"copy-{cut}"]);
        Directory.CreateDirectory(to);
        foreach (var suffix in (string[])["", "-wal"]) File.Copy(Path.Combine(from, SqliteStore.FileName + suffix), Path.Combine(to, SqliteStore.FileName + suffix));
        return to;
    }

    private static void MustHaveStrace()
    {
        try
        {
            using var version = Process.Start(new ProcessStartInfo("strace", "-V") { RedirectStandardOutput = true })!;
            version.WaitForExit();
        }
        catch (Win32Exception missing)
        {
            throw new InvalidOperationException("This test watches the server's system calls and needs strace: install the package strace.", missing);
        }
    }
}
