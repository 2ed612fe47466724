namespace Sluice.Storage;

/// <summary>The few words in which the databases differ.</summary>
/// <param name="Position">The function that finds a text in another one; 0 = not there.</param>
/// <param name="Greatest">The greater of two values.</param>
/// <param name="Least">The lesser of two values.</param>
/// <param name="AsText">Behind an amount: its text, as exact as it was written.</param>
/// <param name="ForUpdate">Rows that are read to be changed are locked by it; nothing where there is one writer.</param>
/// <param name="SkipLocked">Rows that another node has taken are passed over.</param>
internal sealed record Dialect(string Position, string Greatest, string Least, string AsText, string ForUpdate, string SkipLocked)
{
    public static readonly Dialect Sqlite = new("instr", "max", "min", "", "", "");
    public static readonly Dialect Postgres = new("strpos", "greatest", "least", "::text", "for update", "for update skip locked");
}
