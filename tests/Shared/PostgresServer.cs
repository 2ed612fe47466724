using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Tests;

/// <summary>
/// A PostgreSQL of the test's own: a fresh cluster in a temporary directory on a free port. It ends with the test process,
/// however that ends.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    // A shell holds it: when its input closes, it stops the server and removes the cluster.
    private const string Keeper = """
        trap '' INT TERM
        dir=$1
        shift
        cat > /dev/null
        "$@" -D "$dir/data" stop -m immediate > /dev/null 2>&1
        rm -rf "$dir"
        """;

    private static readonly Lazy<PostgresServer> One = new(() => new PostgresServer(durable: false));

    private readonly string _directory = Directory.CreateTempSubdirectory("sluice-pg-").FullName;
    private readonly Process _keeper;
    private int _databases;

    /// <param name="durable">False spares every sync: for tests that do not ask what a crash leaves.</param>
    public PostgresServer(bool durable)
    {
        Port = FreePort();
        if (Environment.UserName == "root") Must("chown", "postgres", _directory);
        Must("initdb", "-D", Data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C");
        _keeper = Run($"fsync = {(durable ? "on" : "off")}");
    }

    // A standby that follows another one.
    private PostgresServer(PostgresServer primary)
    {
        Port = FreePort();
        if (Environment.UserName == "root") Must("chown", "postgres", _directory);
        Must("pg_basebackup", "-h", "127.0.0.1", "-p", $"{primary.Port}", "-U", "postgres", "-D", Data, "-R", "-X", "stream", "--checkpoint=fast");
        _keeper = Run("hot_standby = on");
    }

    /// <summary>Where it is installed, or null.</summary>
    public static string? Programs { get; } = Environment.GetEnvironmentVariable("PG_BIN") ??
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")).Where(Directory.Exists).OrderDescending().FirstOrDefault() : null);

    /// <summary>The one that tests share who neither stop it nor pull its plug.</summary>
    public static PostgresServer Shared => One.Value;

    public int Port { get; }

    private string Data => Path.Combine(_directory, "data");

    /// <summary>A fresh, empty database.</summary>
    public string Create()
    {
        var name = $"sluice_{Interlocked.Increment(ref _databases)}";
        Must("createdb", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", name);
        return $"postgres://postgres@127.0.0.1:{Port}/{name}";
    }

    public void Drop(string url) => Must("dropdb", "-h", "127.0.0.1", "-p", $"{Port}", "-U", "postgres", "--force", "--if-exists", url[(url.LastIndexOf('/') + 1)..]);

    /// <summary>Runs SQL and gives what it prints, unadorned.</summary>
    public string Ask(string url, string sql) => Must("psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", url, "-c", sql).Trim();

    public void Start() => Must("pg_ctl", "-D", Data, "-l", Path.Combine(_directory, "log"), "-w", "-s", "start");

    /// <summary>A standby. Once this returns a commit is acknowledged only when the standby has it on its disk, too.</summary>
    public PostgresServer Follower()
    {
        var follower = new PostgresServer(this);
        var own = $"postgres://postgres@127.0.0.1:{Port}/postgres";
        Ask(own, "alter system set synchronous_standby_names = '*'");
        Ask(own, "select pg_reload_conf()");
        for (var round = 0; Ask(own, "select count(*) from pg_stat_replication where sync_state = 'sync'") != "1"; round++)
        {
            if (round == 300) throw new InvalidOperationException("the standby does not follow");
            Thread.Sleep(100);
        }

        return follower;
    }

    /// <summary>The standby takes over.</summary>
    public void Promote() => Must("pg_ctl", "-D", Data, "-w", "-s", "promote");

    /// <summary>As a power cut ends it: connections are gone, what was not committed is gone.</summary>
    public void Crash() => Must("pg_ctl", "-D", Data, "-s", "stop", "-m", "immediate");

    /// <summary>It hangs: it keeps its connections and takes new ones, and answers nothing.</summary>
    public void Freeze() => Signal("-STOP");

    /// <summary>It goes on where it was.</summary>
    public void Thaw() => Signal("-CONT");

    public void Dispose()
    {
        _keeper.StandardInput.Close();
        _keeper.WaitForExit(20_000);
        _keeper.Dispose();
    }

    private Process Run(string setting)
    {
        File.AppendAllText(Path.Combine(Data, "postgresql.conf"), $"""

            listen_addresses = '127.0.0.1'
            port = {Port}
            unix_socket_directories = '{_directory}'
            max_connections = 200
            {setting}
            """);
        var keeper = Process.Start(new ProcessStartInfo("sh", ["-c", Keeper, "sh", _directory, .. Command("pg_ctl")]) { RedirectStandardInput = true })!;
        Start();
        return keeper;
    }

    // The postmaster first, so that it makes no more children.
    private void Signal(string signal)
    {
        var postmaster = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First();
        using (var first = Process.Start("kill", [signal, postmaster])) first.WaitForExit();
        var children = Directory.GetDirectories("/proc").Select(static path => Path.GetFileName(path)).Where(id => int.TryParse(id, CultureInfo.InvariantCulture, out _) && ParentOf(id) == postmaster);
        using var others = Process.Start("kill", [signal, .. children]);
        others.WaitForExit();
    }

    private static string? ParentOf(string process)
    {
        try
        {
            // "pid (name) state parent …"
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // The server refuses to run as root.
    private static string[] Command(string program)
    {
        var path = Path.Combine(Programs ?? throw new InvalidOperationException("PostgreSQL is not installed (Debian: postgresql)"), program);
        return Environment.UserName == "root" && program is "initdb" or "pg_ctl" or "pg_basebackup" ? ["runuser", "-u", "postgres", "--", path] : [path];
    }

    private static string Must(string program, params string[] arguments)
    {
        string[] command = program is "chown" ? [program] : Command(program);
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. arguments]) { RedirectStandardOutput = program != "pg_ctl", RedirectStandardError = program != "pg_ctl", WorkingDirectory = "/" };
        using var process = Process.Start(start)!;
        if (program == "pg_ctl")
        {
            process.WaitForExit();
            return process.ExitCode == 0 ? "" : throw new InvalidOperationException($"pg_ctl {string.Join(' ', arguments)} failed");
        }

        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        return process.ExitCode == 0 ? output.GetAwaiter().GetResult() : throw new InvalidOperationException($"{program} failed: {errors.GetAwaiter().GetResult()}");
    }
}
