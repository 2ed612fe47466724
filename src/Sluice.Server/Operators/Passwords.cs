using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;

namespace Sluice.Server.Operators;

/// <summary>
/// Passwords as Argon2id hashes (RFC 9106): 19 MiB, two passes, one lane, about 0.1 s each. No more than two are reckoned at
/// once, so that guessing cannot take the machine from the product.
/// </summary>
internal sealed class Passwords
{
    public const int MinLength = 10;
    public const int MaxLength = 200;
    private const int Kibibytes = 19_456;
    private const int Passes = 2;
    private const int Lanes = 1;
    private readonly SemaphoreSlim _turns = new(2);

    // Compared against when there is no such operator, so that an answer takes as long.
    private readonly Lazy<Task<string>> _nobody;

    public Passwords() => _nobody = new(() => Hash(Secrets.Fresh()));

    /// <summary>"argon2id$m$t$p$salt$hash".</summary>
    public async Task<string> Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = await Reckon(password, salt, Kibibytes, Passes, Lanes);
        return string.Create(CultureInfo.InvariantCulture, $"argon2id${Kibibytes}${Passes}${Lanes}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <param name="stored">Null when there is no such operator.</param>
    public async Task<bool> Matches(string password, string? stored)
    {
        var parts = (stored ?? await _nobody.Value).Split('$');
        if (parts is not ["argon2id", var m, var t, var p, var salt, var hash]) throw new InvalidOperationException("a stored password is not argon2id");
        var reckoned = await Reckon(password, Convert.FromBase64String(salt), Number(m), Number(t), Number(p));
        return CryptographicOperations.FixedTimeEquals(reckoned, Convert.FromBase64String(hash)) && stored is not null;
    }

    /// <summary>True when it was made with other parameters than today's.</summary>
    public static bool IsDated(string stored) => !stored.StartsWith(string.Create(CultureInfo.InvariantCulture, $"argon2id${Kibibytes}${Passes}${Lanes}$"), StringComparison.Ordinal);

    private async Task<byte[]> Reckon(string password, byte[] salt, int kibibytes, int passes, int lanes)
    {
        await _turns.WaitAsync();
        try
        {
            using var argon = new Argon2id(Encoding.UTF8.GetBytes(password)) { Salt = salt, MemorySize = kibibytes, Iterations = passes, DegreeOfParallelism = lanes };
            return await argon.GetBytesAsync(32);
        }
        finally
        {
            _turns.Release();
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
