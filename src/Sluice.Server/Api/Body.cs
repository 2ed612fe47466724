using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>
/// Reads a JSON object field by field and collects what is wrong, each with its path. After reading, ask
/// <see cref="Refusal"/>. Fields nobody asks for are ignored.
/// </summary>
public sealed class Body
{
    private const decimal MostCount = 9_007_199_254_740_991m;

    private readonly JsonElement _object;
    private readonly string _path;
    private readonly Faults _faults;

    private Body(JsonElement element, string path, Faults faults)
    {
        _object = element;
        _path = path;
        _faults = faults;
        if (element.ValueKind != JsonValueKind.Object) Fault(null, "expected an object");
    }

    /// <summary>Of the whole request; anything but an object is a fault of "input".</summary>
    public static Body Of(JsonElement root) => new(root, "", new Faults());

    /// <summary>Of a request that is a list: one for each item, all sharing one <see cref="Refusal"/>.</summary>
    public static IReadOnlyList<Body> ItemsOf(JsonElement list)
    {
        var faults = new Faults();
        return [.. list.EnumerateArray().Select((item, i) => new Body(item, $"items[{i}]", faults))];
    }

    /// <summary>Of a query string: the named parameters are numbers, the others text.</summary>
    public static Body OfQuery(IQueryCollection query, params ReadOnlySpan<string> numbers) => OfQuery(query, numbers, flags: []);

    /// <summary>Of a query string: the named parameters are numbers and booleans, the others text.</summary>
    public static Body OfQuery(IQueryCollection query, ReadOnlySpan<string> numbers, ReadOnlySpan<string> flags)
    {
        var json = new JsonObject();
        foreach (var (name, values) in query)
        {
            var text = values.ToString();
            json[name] = numbers.Contains(name) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number)
                : flags.Contains(name) && bool.TryParse(text, out var flag) ? JsonValue.Create(flag)
                : JsonValue.Create(text);
        }

        return Of(JsonDocument.Parse(json.ToJsonString()).RootElement);
    }

    /// <summary>Null when everything read so far was right.</summary>
    public Refusal? Refusal => _faults.Refusal;

    public bool Has(string field) => Find(field, out _);

    /// <summary>Also true for an explicit null.</summary>
    public bool IsSent(string field) => _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(field, out _);

    public bool IsNumber(string field) => Find(field, out var value) && value.ValueKind == JsonValueKind.Number;

    public void Fault(string? field, string message) => _faults.Add(PathOf(field), message);

    /// <summary>What was named is not there, or may not be used.</summary>
    public void Refuse(Refusal refusal) => _faults.Refuse(refusal);

    /// <summary>A field of the contract whose effect is built later: refused by name when it asks for anything.</summary>
    public void Later(params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (Find(field, out var value) && !AsksNothing(value)) _faults.AddUnbuilt(PathOf(field));
        }
    }

    private static bool AsksNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    /// <summary>Something asked for that is built later, in words.</summary>
    public void Unbuilt(string what) => _faults.AddUnbuilt(what);

    /// <summary>A field of the contract whose values other than these are built later.</summary>
    public void LaterUnless(string field, params ReadOnlySpan<string> built)
    {
        if (Text(field) is { } value && !built.Contains(value)) _faults.AddUnbuilt($"{PathOf(field)}: {value}");
    }

    public string? Text(string field, bool required = false, bool nullable = false, int minLength = 0, Regex? shape = null, string? shapeSays = null)
    {
        if (!Take(field, required, nullable, out var value)) return null;
        if (value.ValueKind != JsonValueKind.String)
        {
            Fault(field, $"expected a string, got {Kind(value)}");
            return null;
        }

        if (!TryGetText(value, out var text)) Fault(field, "holds characters that are not valid Unicode");
        else if (text.Contains('\0')) Fault(field, "must not hold the character U+0000");
        else if (text.Length < minLength) Fault(field, "must not be empty");
        else if (shape is not null && !shape.IsMatch(text)) Fault(field, shapeSays!);
        return text;
    }

    public string RequiredText(string field, int minLength = 1, Regex? shape = null, string? shapeSays = null) =>
        Text(field, required: true, minLength: minLength, shape: shape, shapeSays: shapeSays) ?? "";

    public bool? Flag(string field)
    {
        if (!Take(field, required: false, nullable: false, out var value)) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Fault(field, $"expected true or false, got {Kind(value)}");
        return null;
    }

    public bool Flag(string field, bool otherwise) => Flag(field) ?? otherwise;

    /// <summary>An exact decimal; more than 28 digits or beyond its range is a fault. Null also when it was a fault.</summary>
    public decimal? Number(string field, bool required = false, bool nullable = false, decimal? min = null, decimal? max = null)
    {
        if (!Take(field, required, nullable, out var value)) return null;
        if (value.ValueKind != JsonValueKind.Number)
        {
            Fault(field, $"expected a number, got {Kind(value)}");
            return null;
        }

        if (!value.TryGetDecimal(out var number))
        {
            Fault(field, "the number is out of range");
            return null;
        }

        if (number >= (min ?? number) && number <= (max ?? number)) return number;
        Fault(field, number < min ? $"must be at least {min}" : $"must be at most {max}");
        return null;
    }

    public Quantity? Quantity(string field, bool required = false, bool nullable = false, decimal? min = null, decimal? max = null)
    {
        if (Number(field, required, nullable, min, max) is not { } number) return null;
        if (Core.Quantity.TryOf(number, out var quantity)) return quantity;
        Fault(field, $"must be between -{Core.Quantity.Limit} and {Core.Quantity.Limit}");
        return null;
    }

    public int? WholeNumber(string field, int? min = null, int? max = null, bool required = false)
    {
        if (Number(field, required, min: min, max: max) is not { } number) return null;
        if (decimal.Truncate(number) == number && number is >= int.MinValue and <= int.MaxValue) return (int)number;
        Fault(field, "expected a whole number");
        return null;
    }

    /// <summary>A count, exact in any JSON.</summary>
    public long? Count(string field, bool required = false)
    {
        if (Number(field, required, min: 0, max: MostCount) is not { } number) return null;
        if (decimal.Truncate(number) == number) return (long)number;
        Fault(field, "expected a whole number");
        return null;
    }

    /// <summary>Epoch milliseconds.</summary>
    public Instant? Moment(string field, bool nullable = false)
    {
        if (Number(field, nullable: nullable) is not { } number) return null;
        if (decimal.Truncate(number) == number && number is > 0 and <= 253_402_300_799_999m) return new Instant((long)number);
        Fault(field, "expected a time in whole milliseconds since 1970, greater than 0");
        return null;
    }

    public T? Choice<T>(string field, IReadOnlyDictionary<string, T> words, bool required = false)
        where T : struct
    {
        if (Text(field, required) is not { } word) return null;
        if (words.TryGetValue(word, out var choice)) return choice;
        Fault(field, $"must be one of {string.Join(", ", words.Keys)}");
        return null;
    }

    /// <summary>Any JSON object, as text.</summary>
    public JsonText? Json(string field, bool nullable = false)
    {
        if (!Take(field, required: false, nullable, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Object) return new JsonText(value.GetRawText());
        Fault(field, $"expected an object, got {Kind(value)}");
        return null;
    }

    /// <summary>Any JSON, as text; null and absent are null.</summary>
    public JsonText? Raw(string field) => Find(field, out var value) ? new JsonText(value.GetRawText()) : null;

    /// <summary>JSON that is stored whole, in the one form of its shape.</summary>
    internal JsonText? Shaped(string field, Shape shape, bool nullable = false) =>
        Take(field, required: false, nullable, out var value) ? Written(shape, value, PathOf(field)) : null;

    /// <summary>Those of the fields of this object that a shape knows, in its one form: stored whole.</summary>
    internal JsonText? Picked(Shape shape) => _object.ValueKind == JsonValueKind.Object ? Written(shape, _object, _path) : null;

    /// <summary>True when the field is this very word.</summary>
    public bool Says(string field, string word) => Find(field, out var value) && IsWord(value, word);

    public Body? Object(string field, bool required = false, bool nullable = false) =>
        Take(field, required, nullable, out var value) ? new Body(value, PathOf(field), _faults) : null;

    public IEnumerable<Body>? Objects(string field)
    {
        if (!Take(field, required: false, nullable: false, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Array) return value.EnumerateArray().Select((item, i) => new Body(item, $"{PathOf(field)}[{i}]", _faults)).ToList();
        Fault(field, $"expected a list, got {Kind(value)}");
        return null;
    }

    /// <summary>Every field of the object as text: numbers and booleans as they are written.</summary>
    public IReadOnlyList<(string Name, string Value)> Texts()
    {
        var texts = new List<(string, string)>();
        if (_object.ValueKind != JsonValueKind.Object) return texts;
        foreach (var field in _object.EnumerateObject())
        {
            if (field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null) Fault(field.Name, "expected a string, a number or a boolean");
            else if (field.Value.ValueKind != JsonValueKind.String) texts.Add((field.Name, field.Value.GetRawText()));
            else if (TryGetText(field.Value, out var text)) texts.Add((field.Name, text));
            else Fault(field.Name, "holds characters that are not valid Unicode");
        }

        return texts;
    }

    /// <summary>Every field of the object, which must be a string, a number or a boolean.</summary>
    public IReadOnlyList<PropertyMatch> Scalars()
    {
        var texts = Texts();
        return [.. texts.Select(pair => new PropertyMatch(pair.Name, pair.Value, new JsonText(_object.GetProperty(pair.Name).GetRawText())))];
    }

    /// <summary>A map of objects, in the order sent. A name that is there twice counts once, the last.</summary>
    public IEnumerable<KeyValuePair<string, Body>>? Map(string field, bool nullable = false)
    {
        if (!Take(field, required: false, nullable, out var value)) return null;
        var map = new OrderedDictionary<string, Body>();
        if (value.ValueKind != JsonValueKind.Object) Fault(field, $"expected an object, got {Kind(value)}");
        else foreach (var item in value.EnumerateObject()) map[item.Name] = new Body(item.Value, $"{PathOf(field)}.{item.Name}", _faults);
        return map;
    }

    public IReadOnlyList<int>? WholeNumbers(string field)
    {
        if (!Take(field, required: false, nullable: false, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out _)))
            return value.EnumerateArray().Select(item => item.GetInt32()).ToList();
        Fault(field, "expected a list of whole numbers");
        return null;
    }

    /// <summary>A list of strings; where <paramref name="orOne"/>, one string alone is a list of one.</summary>
    public IReadOnlyList<string>? Texts(string field, bool orOne = false)
    {
        if (!Take(field, required: false, nullable: false, out var value)) return null;
        if (orOne && value.ValueKind == JsonValueKind.String && TryGetText(value, out var one))
            return one.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (value.ValueKind == JsonValueKind.Array)
        {
            var texts = new List<string>();
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.String && TryGetText(item, out var text)) texts.Add(text);
            }

            if (texts.Count == value.GetArrayLength()) return texts;
        }

        Fault(field, "expected a list of strings");
        return null;
    }

    private JsonText Written(Shape shape, JsonElement value, string path)
    {
        var faultsBefore = _faults.Count;
        var text = shape.Written(value, path, _faults.Add);
        return _faults.Count == faultsBefore ? text : new JsonText("{}");
    }

    internal static bool IsWord(JsonElement value, string word) => value.ValueKind == JsonValueKind.String && TryGetText(value, out var text) && text == word;

    // A lone surrogate, written as an escape, is valid JSON and no text.
    internal static bool TryGetText(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = "";
            return false;
        }
    }

    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a string",
        JsonValueKind.Array => "a list",
        _ => "an object",
    };

    private bool Find(string field, out JsonElement value)
    {
        value = default;
        return _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private bool Take(string field, bool required, bool nullable, out JsonElement value)
    {
        value = default;
        if (_object.ValueKind != JsonValueKind.Object) return false;
        if (!_object.TryGetProperty(field, out value))
        {
            if (required) Fault(field, "is required");
            return false;
        }

        if (value.ValueKind != JsonValueKind.Null) return true;
        if (!nullable) Fault(field, "must not be null");
        return false;
    }

    private string PathOf(string? field) => field is null ? (_path.Length == 0 ? "input" : _path) : _path.Length == 0 ? field : $"{_path}.{field}";

    private sealed class Faults
    {
        private List<string>? _faults;
        private List<string>? _unbuilt;
        private Refusal? _refused;

        public int Count => _faults?.Count ?? 0;

        public Refusal? Refusal => _faults is { } faults
            ? new Refusal(RefusalCode.InvalidInputs, faults.Count == 1 ? faults[0] : "[Validation Errors] " + string.Join("; ", faults))
            : _unbuilt is { } unbuilt
                ? new Refusal(RefusalCode.NotSupported, $"Not supported by this version of Sluice yet: {string.Join(", ", unbuilt)}. Leave it out.")
                : _refused;

        public void Refuse(Refusal refusal) => _refused ??= refusal;

        public void Add(string path, string message) => (_faults ??= []).Add($"{path}: {message}");

        public void AddUnbuilt(string path) => (_unbuilt ??= []).Add(path);
    }
}
