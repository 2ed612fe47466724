using Sluice.Server.Operators;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>The command line was not understood.</summary>
internal sealed class UsageException(string message) : Exception(message + Environment.NewLine + CommandLine.Usage);

/// <param name="NewKey">Make a key and end.</param>
/// <param name="LinkFor">Make a setup link for this operator account and end.</param>
internal sealed record CommandLine(bool Demo, NewKey? NewKey, string? LinkFor = null)
{
    public const string Usage = """
        Usage:
          sluice                                     start the server
          sluice --demo                              start it with an example catalog in the sandbox
          sluice keys new --env sandbox|live         make a secret key (add --publishable for one that may be published)
          sluice operator link [--name NAME]         make a link that sets an operator's password, once
        """;

    public static CommandLine Parse(string[] args) => args switch
    {
        [] => new CommandLine(false, null),
        ["--demo"] => new CommandLine(true, null),
        ["keys", "new", .. var rest] => new CommandLine(false, KeyOf(rest)),
        ["operator", "link"] => new CommandLine(false, null, OperatorAccounts.First),
        ["operator", "link", "--name", { Length: > 0 and <= 100 } name] => new CommandLine(false, null, name),
        _ => throw new UsageException($"\"{string.Join(' ', args)}\" is not understood."),
    };

    private static NewKey KeyOf(string[] args)
    {
        string? environment = null;
        var kind = KeyKind.Secret;
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--env" && i + 1 < args.Length) environment = args[++i];
            else if (args[i] == "--publishable") kind = KeyKind.Publishable;
            else throw new UsageException($"keys new: \"{args[i]}\" is not understood.");
        }

        return environment is ScopeDirectory.Sandbox or ScopeDirectory.Live ? new NewKey(environment, kind) : throw new UsageException("keys new: say --env sandbox or --env live.");
    }
}

internal sealed record NewKey(string Environment, KeyKind Kind);
