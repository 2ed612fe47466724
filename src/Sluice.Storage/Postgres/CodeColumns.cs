using Npgsql;

namespace Sluice.Storage;

/// <summary>Keys of codes as columns of a statement, in the order in which every node locks them.</summary>
internal static class CodeColumns
{
    public static CodeKey[] InOrder(IEnumerable<CodeKey> codes) =>
        [.. codes.OrderBy(static code => code.Scope.Value).ThenBy(static code => code.Kind).ThenBy(static code => code.Owner, StringComparer.Ordinal).ThenBy(static code => code.Code, StringComparer.Ordinal)];

    public static NpgsqlParameter[] Of(CodeKey[] codes) =>
    [
        new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(codes, static code => (long)code.Scope.Value) },
        new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(codes, static code => (long)code.Kind) },
        new NpgsqlParameter<string?[]> { TypedValue = Array.ConvertAll(codes, static code => PostgresStatements.WithoutZero(code.Owner)) },
        new NpgsqlParameter<string?[]> { TypedValue = Array.ConvertAll(codes, static code => PostgresStatements.WithoutZero(code.Code)) },
    ];
}
