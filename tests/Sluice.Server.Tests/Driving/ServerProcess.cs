using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.Server.Tests.Driving;

/// <summary>The built server as a process of its own, as an operator starts it.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    public const string SandboxKey = "am_sk_test_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
    public const string LiveKey = "am_sk_live_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
    private const string Listens = "Sluice listens on ";

    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private ServerProcess(Process process) => _process = process;

    public string Url { get; private set; } = "";

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>Starts it on a free port and returns when it listens.</summary>
    /// <param name="under">A program to run it under, with its arguments: strace.</param>
    public static async Task<ServerProcess> Start(string data, bool demo = true, IReadOnlyDictionary<string, string>? environment = null, params string[] under)
    {
        var settings = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        settings.TryAdd("SLUICE_SANDBOX_KEY", SandboxKey);
        settings.TryAdd("SLUICE_LIVE_KEY", LiveKey);
        var server = new ServerProcess(Launch(data, settings, under, demo ? ["--demo"] : []));
        var up = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        server._process.OutputDataReceived += (_, line) => server.Read(line.Data, up);
        server._process.ErrorDataReceived += (_, line) => server.Read(line.Data, up);
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            server.Url = await up.Task.InTime("the server's address");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output)> Run(string data, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Launch(data, environment, [], arguments);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().InTime("the end of the process");
        return (process.ExitCode, await output + await errors);
    }

    public ApiClient Client(string? key = SandboxKey) => new(Url, key);

    /// <summary>SIGKILL: it gets no chance to do anything more.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().InTime("the end of a killed process");
    }

    /// <summary>SIGTERM; returns the exit code.</summary>
    public async Task<int> Terminate()
    {
        SendTerminate();
        await _process.WaitForExitAsync().InTime("the end after SIGTERM");
        return _process.ExitCode;
    }

    public void SendTerminate() => Signal(_process.Id, 15);

    public async Task<int> Ended()
    {
        await _process.WaitForExitAsync().InTime("the end of the server");
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Kill();
        _process.Dispose();
    }

    private static Process Launch(string data, IReadOnlyDictionary<string, string> environment, string[] under, string[] arguments)
    {
        string[] command = [.. under, Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", typeof(Settings).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(data)! };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("SLUICE_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        start.Environment["SLUICE_DATA"] = data;
        start.Environment["SLUICE_PORT"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);

    private void Read(string? line, TaskCompletionSource<string> up)
    {
        if (line is null)
        {
            up.TrySetException(new InvalidOperationException($"the server ended before it listened: {Output}"));
            return;
        }

        lock (_output) _output.AppendLine(line);
        if (line.StartsWith(Listens, StringComparison.Ordinal)) up.TrySetResult(line[Listens.Length..].TrimEnd('/'));
    }
}
