using System.Text;
using Dapper;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>A query that grows by conditions. Values always travel as parameters; only the shape of the query is put together here.</summary>
internal sealed class Filters(string start, ScopeId scope)
{
    private readonly StringBuilder _text = new(start);

    public DynamicParameters Parameters { get; } = new(new { scope = scope.Value });

    public override string ToString() => _text.ToString();

    public void Text(string sql) => _text.Append('\n').Append(sql);

    public void And(string condition) => Text($"and {condition}");

    public string Value(object value)
    {
        var name = $"p{Parameters.ParameterNames.Count()}";
        Parameters.Add(name, value);
        return $"@{name}";
    }

    public void Page(long limit, int offset) => Text($"limit {Value(limit)} offset {Value(offset)}");
}
