using Npgsql;

namespace Sluice.Storage;

/// <summary>An address like <c>postgres://user:password@host:port/database?setting=value</c>; several hosts are parted by commas.</summary>
public static class DatabaseUrl
{
    private const int Connections = 20;
    private const int ConnectSeconds = 10;

    /// <summary>What is wrong with the address, or null.</summary>
    public static string? Fault(string url)
    {
        try
        {
            Read(url);
            return null;
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or KeyNotFoundException)
        {
            return wrong.Message;
        }
    }

    /// <summary>As Npgsql takes it.</summary>
    internal static NpgsqlConnectionStringBuilder Read(string url)
    {
        var rest = url.StartsWith("postgres://", StringComparison.Ordinal) ? url["postgres://".Length..]
            : url.StartsWith("postgresql://", StringComparison.Ordinal) ? url["postgresql://".Length..]
            : throw new FormatException("it must begin with postgres://");
        (rest, var settings) = Cut(rest, rest.IndexOf('?'));
        (var login, var place) = rest.LastIndexOf('@') is >= 0 and var at ? (rest[..at], rest[(at + 1)..]) : ("", rest);
        (var hosts, var database) = Cut(place, place.IndexOf('/'));
        (var user, var password) = Cut(login, login.IndexOf(':'));
        if (hosts.Length == 0) throw new FormatException("it names no host");
        if (database.Length == 0) throw new FormatException("it names no database");

        // What a commit says again and again is prepared once.
        var read = new NpgsqlConnectionStringBuilder { Host = hosts, Database = Uri.UnescapeDataString(database), MaxPoolSize = Connections, Timeout = ConnectSeconds, MaxAutoPrepare = 200, AutoPrepareMinUsages = 3, IncludeErrorDetail = false };
        if (user.Length > 0) read.Username = Uri.UnescapeDataString(user);
        if (password.Length > 0) read.Password = Uri.UnescapeDataString(password);

        // After a failover the new primary is found among the hosts.
        if (hosts.Contains(',', StringComparison.Ordinal)) read.TargetSessionAttributes = "primary";
        foreach (var setting in settings.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(setting, setting.IndexOf('='));
            read[Name(Uri.UnescapeDataString(name))] = Uri.UnescapeDataString(value);
        }

        return read;
    }

    // The names that libpq gives to what Npgsql calls otherwise.
    private static string Name(string name) => name switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "connect_timeout" => "Timeout",
        "target_session_attrs" => "Target Session Attributes",
        "application_name" => "Application Name",
        _ => name.Replace('_', ' '),
    };

    private static (string Before, string After) Cut(string text, int at) => at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
}
