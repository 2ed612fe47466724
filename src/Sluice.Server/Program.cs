using System.Collections;
using Microsoft.Extensions.Logging.Console;
using Sluice.Server;
using Sluice.Server.Operators;
using Sluice.Server.Start;
using Sluice.Storage;

try
{
    var options = CommandLine.Parse(args);
    var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
    builder.Configuration.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
    var settings = Settings.Read(builder.Configuration, Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value));
    if (options.Errand is { } errand) return await Errands.Run(settings, errand, Console.Out, TimeProvider.System);

    using var directory = DataDirectory.Open(settings.Data);
    await using var store = new SqliteStore(directory.DatabaseFile);
    await store.Migrate();
    builder.Logging.ClearProviders().AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.ColorBehavior) = (true, "HH:mm:ss.fff ", LoggerColorBehavior.Disabled));
    builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
    await using var app = await builder.BuildSluice(settings, store, store, TimeProvider.System);
    var engine = app.Services.GetRequiredService<Engine>();
    var welcome = await FirstStart.Prepare(engine, settings, options.Demo, app.Services.GetRequiredService<OperatorAccounts>());
    await app.StartAsync();
    Console.Write(welcome.Text(settings.PublicUrl?.AbsoluteUri ?? app.Urls.First()));
    if (directory.Warning is { } warning) Console.WriteLine(warning);
    await app.WaitForShutdownAsync();
    await app.Services.GetRequiredService<Committer>().StopAsync();
    return 0;
}
catch (Exception failure) when (failure is SettingsException or DataDirectoryInUseException or UsageException or IOException or NewerDatabaseException)
{
    await Console.Error.WriteLineAsync($"Sluice does not start: {failure.Message}");
    return 2;
}
