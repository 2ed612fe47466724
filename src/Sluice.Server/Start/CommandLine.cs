using System.Globalization;
using Sluice.Server.Operators;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Start;

/// <summary>The command line was not understood.</summary>
internal sealed class UsageException(string message) : Exception(message + Environment.NewLine + CommandLine.Usage);

/// <param name="Errand">Something to do beside a running server, instead of starting one.</param>
internal sealed record CommandLine(bool Demo, Errand? Errand = null)
{
    public const string Usage = """
        Usage:
          sluice                                     start the server
          sluice --demo                              start it with an example catalog in the sandbox
          sluice keys new --env sandbox|live         make a secret key; add --publishable for one that may be published,
                                                     --name NAME, --scopes "customers:read balances:write", --days N to let it end
          sluice keys list                           list the keys: id, beginning, environment, name, scopes, end
          sluice keys revoke ID                      take a key back
          sluice keys rotate ID [--grace HOURS]      make a key like this one; this one ends after HOURS (24)
          sluice operator link [--name NAME]         make a link that sets an operator's password, once
          sluice verify [--after SCOPE:CUSTOMER]     check every customer's journal against all that is stored; 1 = a fault
          sluice backup FILE                         copy the database while the server runs
          sluice restore FILE                        put a copy into an empty data directory
          sluice migrate --check                     say whether the database is of this version; 1 = it would be changed
        """;

    public static CommandLine Parse(string[] args) => args switch
    {
        [] => new CommandLine(false),
        ["--demo"] => new CommandLine(true),
        ["keys", "new", .. var rest] => new CommandLine(false, KeyOf(rest)),
        ["keys", "list"] => new CommandLine(false, new Errand.ListKeys()),
        ["keys", "revoke", var id] => new CommandLine(false, new Errand.RevokeKey(id)),
        ["keys", "rotate", var id] => new CommandLine(false, new Errand.RotateKey(id, TimeSpan.FromHours(24))),
        ["keys", "rotate", var id, "--grace", var hours] => new CommandLine(false, new Errand.RotateKey(id, TimeSpan.FromHours(Number("--grace", hours, 0, 8_760)))),
        ["operator", "link"] => new CommandLine(false, new Errand.OperatorLink(OperatorAccounts.First)),
        ["operator", "link", "--name", { Length: > 0 and <= 100 } name] => new CommandLine(false, new Errand.OperatorLink(name)),
        ["verify"] => new CommandLine(false, new Errand.Verify(null)),
        ["verify", "--after", var position] => new CommandLine(false, new Errand.Verify(position)),
        ["backup", { Length: > 0 } file] => new CommandLine(false, new Errand.Backup(file)),
        ["restore", { Length: > 0 } file] => new CommandLine(false, new Errand.Restore(file)),
        ["migrate", "--check"] => new CommandLine(false, new Errand.CheckSchema()),
        _ => throw new UsageException($"\"{string.Join(' ', args)}\" is not understood."),
    };

    private static Errand.NewKey KeyOf(string[] args)
    {
        var key = new Errand.NewKey("", KeyKind.Secret);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--publishable") key = key with { Kind = KeyKind.Publishable };
            else if (i + 1 == args.Length) throw new UsageException($"keys new: \"{args[i]}\" is not understood.");
            else key = args[i] switch
            {
                "--env" => key with { Environment = args[++i] },
                "--name" => key with { Name = args[++i] },
                "--scopes" => key with { Scopes = args[++i] },
                "--days" => key with { Days = Number("--days", args[++i], 1, 36_500) },
                _ => throw new UsageException($"keys new: \"{args[i]}\" is not understood."),
            };
        }

        if (key.Environment is not (ScopeDirectory.Sandbox or ScopeDirectory.Live)) throw new UsageException("keys new: say --env sandbox or --env live.");
        return KeyScopes.Parse(key.Scopes).Unknown is { } unknown ? throw new UsageException($"keys new: \"{unknown}\" is no scope; scopes look like customers:read or balances:write.") : key;
    }

    private static int Number(string option, string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
        : throw new UsageException($"{option} must be a whole number from {min} to {max}.");
}

/// <summary>What the command line does beside a running server.</summary>
internal abstract record Errand
{
    private Errand()
    {
    }

    /// <param name="Days">After so many days it ends; null = never.</param>
    public sealed record NewKey(string Environment, KeyKind Kind, string? Name = null, string? Scopes = null, int? Days = null) : Errand;

    public sealed record ListKeys : Errand;

    public sealed record RevokeKey(string Id) : Errand;

    public sealed record RotateKey(string Id, TimeSpan Grace) : Errand;

    public sealed record OperatorLink(string Name) : Errand;

    /// <param name="After">Where an earlier run got to; null = from the start.</param>
    public sealed record Verify(string? After) : Errand;

    public sealed record Backup(string File) : Errand;

    public sealed record Restore(string File) : Errand;

    public sealed record CheckSchema : Errand;
}
