using System.Text;
using Npgsql;

namespace Sluice.Storage;

/// <summary>Gathers the statements of a commit, to be sent in one round trip.</summary>
internal sealed class PostgresStatements : IStatements
{
    private readonly List<NpgsqlBatchCommand> _gathered = [];

    public static string? WithoutZero(string? text) => text?.Replace('\0', '\ufffd');

    public IStatement Prepare(string sql)
    {
        var number = 0;
        return new Statement(this, string.Concat(sql.Select(c => c == '?' ? $"${++number}" : c.ToString())));
    }

    /// <param name="values">Bound to $1, $2 …</param>
    public void Add(string sql, params ReadOnlySpan<NpgsqlParameter> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(value);
        _gathered.Add(command);
    }

    /// <summary>Moves what was gathered into a batch.</summary>
    public void MoveTo(NpgsqlBatch batch)
    {
        foreach (var command in _gathered) batch.BatchCommands.Add(command);
        _gathered.Clear();
    }

    private sealed class Statement(PostgresStatements statements, string sql) : IStatement
    {
        private readonly List<NpgsqlParameter> _bound = [];

        public IStatement Bind(long value) => Bind(new NpgsqlParameter<long> { TypedValue = value });

        public IStatement Bind(long? value) => Bind(new NpgsqlParameter<long?> { TypedValue = value });

        public IStatement Bind(string? value) => Bind(new NpgsqlParameter<string?> { TypedValue = WithoutZero(value) });

        public IStatement BindText(ReadOnlySpan<byte> utf8) => Bind(Encoding.UTF8.GetString(utf8));

        public void Run()
        {
            statements.Add(sql, [.. _bound]);
            _bound.Clear();
        }

        public void Dispose()
        {
        }

        private Statement Bind(NpgsqlParameter parameter)
        {
            _bound.Add(parameter);
            return this;
        }
    }
}
