namespace Sluice.Storage;

/// <summary>Another process works in the data directory.</summary>
public sealed class DataDirectoryInUseException(string path, Exception inner)
    : Exception($"The data directory {path} is in use by another process: stop that one first, or give this one a directory of its own.", inner);

/// <summary>The directory that holds everything, for one process at a time. The lock ends with the process, however it ends.</summary>
public sealed class DataDirectory : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held, string? warning) => (Path, _lock, Warning) = (path, held, warning);

    public string Path { get; }

    /// <summary>Something the operator should know, or null.</summary>
    public string? Warning { get; }

    public string DatabaseFile => System.IO.Path.Combine(Path, SqliteStore.FileName);

    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(path)) Create(path);
        return new DataDirectory(path, Lock(path), WarningOf(path));
    }

    public void Dispose() => _lock.Dispose();

    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner);
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held) when (held is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            throw new DataDirectoryInUseException(path, held);
        }
    }

    private static string? WarningOf(string path)
    {
        if (OperatingSystem.IsWindows()) return null;
        var mode = File.GetUnixFileMode(path);
        return (mode & ~Owner) == UnixFileMode.None
            ? null
            : $"The data directory {path} can be entered by other users (mode {Convert.ToString((int)mode, 8)}): \"chmod 700\" closes it.";
    }
}
