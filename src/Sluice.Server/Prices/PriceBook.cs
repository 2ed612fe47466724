using Sluice.Core;

namespace Sluice.Server.Prices;

/// <summary>
/// The model prices in force. The file is looked at every few seconds and read again when it changed; one that cannot be
/// used is told in the log once, and the prices stay as they were.
/// </summary>
internal sealed partial class PriceBook : BackgroundService
{
    /// <summary>How long a change of the file may go unseen.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger<PriceBook> _log;
    private (DateTime Written, long Length)? _seen;
    private volatile ModelPrices _prices;

    /// <summary>Reads the file; throws a <see cref="SettingsException"/> when it cannot be used.</summary>
    /// <param name="path">Null = the file that ships with Sluice.</param>
    public PriceBook(string? path, TimeProvider time, ILogger<PriceBook> log)
    {
        _path = path ?? Shipped;
        (_time, _log) = (time, log);
        try
        {
            _seen = Stamp();
            _prices = Read();
        }
        catch (Exception failure) when (IsOfFile(failure))
        {
            throw new SettingsException($"SLUICE_MODEL_PRICES: {_path} cannot be used: {failure.Message}");
        }
    }

    public static string Shipped => Path.Combine(AppContext.BaseDirectory, "model-prices.json");

    public ModelPrices Prices => _prices;

    /// <summary>Reads the file again if it changed.</summary>
    public void Look()
    {
        try
        {
            var stamp = Stamp();
            if (stamp == _seen) return;
            _seen = stamp;
            _prices = Read();
            Reloaded(_prices.Count, _path);
        }
        catch (Exception failure) when (IsOfFile(failure))
        {
            Unusable(_path, failure.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause, _time);
        while (await timer.WaitForNextTickAsync(stopping)) Look();
    }

    private ModelPrices Read() => PriceFile.Parse(File.ReadAllBytes(_path));

    // A file that is gone is one change too: without this the log would tell it every few seconds.
    private (DateTime Written, long Length)? Stamp()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : (default, -1);
    }

    private static bool IsOfFile(Exception failure) => failure is PriceFileException or IOException or UnauthorizedAccessException;

    [LoggerMessage(Level = LogLevel.Information, Message = "Prices of {Count} models read from {Path}.")]
    private partial void Reloaded(int count, string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "The model prices in {Path} cannot be used, so the prices stay as they were: {Why}")]
    private partial void Unusable(string path, string why);
}
