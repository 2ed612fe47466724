namespace Sluice.Storage;

/// <summary>A statement of a commit, kept and used again. Parameters stand as <c>?</c>, numbered in the order of Bind.</summary>
internal interface IStatement : IDisposable
{
    IStatement Bind(long value);

    IStatement Bind(long? value);

    IStatement Bind(string? value);

    /// <summary>Text that is UTF-8 already.</summary>
    IStatement BindText(ReadOnlySpan<byte> utf8);

    /// <summary>In the commit's transaction, after those that were run before it.</summary>
    void Run();
}

/// <summary>Where the statements of a commit go: SQLite runs each at once, PostgreSQL is sent many in one round trip. So none of them hands back a result.</summary>
internal interface IStatements
{
    IStatement Prepare(string sql);
}
