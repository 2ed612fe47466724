namespace Sluice.Server.Operations;

/// <summary>Counts what is logged as an error, wherever it comes from: every failure goes to the log once.</summary>
internal sealed class ErrorCounter(Measures measures) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) measures.Logged(exception);
    }

    public void Dispose()
    {
    }
}
