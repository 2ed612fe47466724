using System.Collections;
using System.Data.Common;
using Sluice.Server;
using Sluice.Server.Operators;
using Sluice.Server.Start;
using Sluice.Storage;

try
{
    var options = CommandLine.Parse(args);

    // Settings are read once: nothing watches the program's directory, under which the data may lie.
    var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, Args = ["--hostBuilder:reloadConfigOnChange=false"] });
    builder.Configuration.AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true);
    var settings = Settings.Read(builder.Configuration, Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value));
    if (options.Errand is { } errand) return await Errands.Run(settings, errand, Console.Out, TimeProvider.System);

    await using var database = await Database.Open(settings);
    builder.Logging.ClearProviders().AddSluiceConsole(settings.LogFormat).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    await using var app = await builder.BuildSluice(settings, database.Store, database.Store, TimeProvider.System);
    var engine = app.Services.GetRequiredService<Engine>();
    var welcome = await FirstStart.Prepare(engine, settings, options.Demo, app.Services.GetRequiredService<OperatorAccounts>());
    if (database.Starting is { } starting) await starting.DisposeAsync();
    await app.StartAsync();
    Console.Write(welcome.Text(settings.PublicUrl?.AbsoluteUri ?? app.Urls.First()));
    if (database.Warning is { } warning) Console.WriteLine(warning);
    await app.WaitForShutdownAsync();
    if (await Stopping.Written(app.Services.GetRequiredService<Committer>())) return 0;

    // Closing the store would wait for the commit.
    await Console.Error.WriteLineAsync(Stopping.WithoutCommit);
    Environment.Exit(1);
    return 1;
}
catch (Exception failure) when (failure is SettingsException or DataDirectoryInUseException or UsageException or IOException or NewerDatabaseException or DbException)
{
    await Console.Error.WriteLineAsync($"Sluice does not start: {failure.Message}");
    return 2;
}
