using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>
/// What JSON that is stored whole must look like. It is written in one form (known fields only, in the order given
/// here, defaults filled in), so that the same content is the same text, however it was sent.
/// </summary>
internal abstract class Shape
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static readonly Shape Text = new TextShape(null);
    public static readonly Shape Flag = new FlagShape();
    public static readonly Shape AnyNumber = new NumberShape(null, WholeOnly: false, Word: null);

    /// <summary>A string, a number or a boolean.</summary>
    public static readonly Shape Scalar = new WholeShape(element => element.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False, "a string, a number or a boolean");

    /// <summary>An object of the caller's own.</summary>
    public static readonly Shape AnyObject = new WholeShape(element => element.ValueKind == JsonValueKind.Object, "an object");

    public static Shape Choice(params string[] words) => new TextShape(words);

    public static Shape Number(decimal min) => new NumberShape(min, WholeOnly: false, Word: null);

    public static Shape WholeNumber(decimal min, decimal? max = null) => new NumberShape(min, WholeOnly: true, Word: null, max);

    /// <summary>A number, or one word in its place.</summary>
    public static Shape NumberOr(string word) => new NumberShape(null, WholeOnly: false, word);

    public static Shape ListOf(Shape item) => new ListShape(item);

    public static Shape MapOf(Shape value) => new MapShape(value);

    public static Shape Object(params Field[] fields) => new ObjectShape(fields);

    public static Field Required(string name, Shape shape) => new(name, shape, IsRequired: true);

    public static Field Optional(string name, Shape shape) => new(name, shape);

    public static Field WithDefault(string name, bool otherwise) => new(name, Flag, Default: otherwise);

    /// <summary>Left out also when it holds nothing: then it says nothing.</summary>
    public static Field NotEmpty(string name, Shape shape) => new(name, shape, DropEmpty: true);

    /// <summary>The text in its one form. Faults are told with their paths; then the text means nothing.</summary>
    public JsonText Written(JsonElement value, string path, Action<string, string> fault)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Options);
        Write(value, path, new Sink(writer, fault));
        writer.Flush();
        return new JsonText(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private protected abstract void Write(JsonElement value, string path, Sink sink);

    /// <summary>One field of an object.</summary>
    public sealed record Field(string Name, Shape Shape, bool IsRequired = false, bool? Default = null, bool DropEmpty = false);

    private protected sealed record Sink(Utf8JsonWriter To, Action<string, string> Fault)
    {
        public bool Is(JsonElement value, JsonValueKind kind, string path, string expected)
        {
            if (value.ValueKind == kind) return true;
            Fault(path, $"expected {expected}, got {Body.Kind(value)}");
            return false;
        }
    }

    private sealed class TextShape(string[]? words) : Shape
    {
        private protected override void Write(JsonElement value, string path, Sink sink)
        {
            if (!sink.Is(value, JsonValueKind.String, path, "a string")) return;
            if (!Body.TryGetText(value, out var text)) sink.Fault(path, "holds characters that are not valid Unicode");
            else if (words is not null && !words.Contains(text)) sink.Fault(path, $"must be one of {string.Join(", ", words)}");
            else sink.To.WriteStringValue(text);
        }
    }

    private sealed class FlagShape : Shape
    {
        private protected override void Write(JsonElement value, string path, Sink sink)
        {
            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) sink.To.WriteBooleanValue(value.GetBoolean());
            else sink.Fault(path, $"expected true or false, got {Body.Kind(value)}");
        }
    }

    private sealed class NumberShape(decimal? Min, bool WholeOnly, string? Word, decimal? Max = null) : Shape
    {
        private protected override void Write(JsonElement value, string path, Sink sink)
        {
            if (Word is not null && Body.IsWord(value, Word))
            {
                sink.To.WriteStringValue(Word);
                return;
            }

            if (!sink.Is(value, JsonValueKind.Number, path, Word is null ? "a number" : $"a number or \"{Word}\"")) return;
            if (!value.TryGetDecimal(out var number)) sink.Fault(path, "the number is out of range");
            else if (number < Min) sink.Fault(path, $"must be at least {Min}");
            else if (number > Max) sink.Fault(path, $"must be at most {Max}");
            else if (WholeOnly && decimal.Truncate(number) != number) sink.Fault(path, "expected a whole number");
            else ExactNumber.Write(sink.To, number);
        }
    }

    private sealed class WholeShape(Func<JsonElement, bool> fits, string expected) : Shape
    {
        private protected override void Write(JsonElement value, string path, Sink sink)
        {
            if (!fits(value))
            {
                sink.Fault(path, $"expected {expected}, got {Body.Kind(value)}");
                return;
            }

            try
            {
                value.WriteTo(sink.To);
            }
            catch (Exception unwritable) when (unwritable is InvalidOperationException or ArgumentException)
            {
                sink.Fault(path, "holds characters that are not valid Unicode");
            }
        }
    }

    private sealed class ListShape(Shape item) : Shape
    {
        private protected override void Write(JsonElement value, string path, Sink sink)
        {
            if (!sink.Is(value, JsonValueKind.Array, path, "a list")) return;
            sink.To.WriteStartArray();
            var at = 0;
            foreach (var one in value.EnumerateArray()) item.Write(one, $"{path}[{at++}]", sink);
            sink.To.WriteEndArray();
        }
    }

    private sealed class MapShape(Shape item) : Shape
    {
        private protected override void Write(JsonElement value, string path, Sink sink)
        {
            if (!sink.Is(value, JsonValueKind.Object, path, "an object")) return;
            sink.To.WriteStartObject();
            foreach (var one in value.EnumerateObject())
            {
                sink.To.WritePropertyName(one.Name);
                item.Write(one.Value, $"{path}.{one.Name}", sink);
            }

            sink.To.WriteEndObject();
        }
    }

    private sealed class ObjectShape(Field[] fields) : Shape
    {
        private protected override void Write(JsonElement value, string path, Sink sink)
        {
            if (!sink.Is(value, JsonValueKind.Object, path, "an object")) return;
            sink.To.WriteStartObject();
            foreach (var field in fields) Write(field, value, path.Length == 0 ? field.Name : $"{path}.{field.Name}", sink);
            sink.To.WriteEndObject();
        }

        // Null says the same as leaving out.
        private static void Write(Field field, JsonElement from, string path, Sink sink)
        {
            if (!from.TryGetProperty(field.Name, out var value) || value.ValueKind == JsonValueKind.Null)
            {
                if (field.IsRequired) sink.Fault(path, "is required");
                if (field.Default is { } otherwise) sink.To.WriteBoolean(field.Name, otherwise);
                return;
            }

            if (field.DropEmpty && (value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() == 0 : value.ValueKind == JsonValueKind.Object && value.GetPropertyCount() == 0)) return;
            sink.To.WritePropertyName(field.Name);
            field.Shape.Write(value, path, sink);
        }
    }
}

/// <summary>Single fields of JSON that was stored whole.</summary>
internal static class StoredJson
{
    public static JsonText? Member(this JsonText? stored, string name)
    {
        if (stored is not { } text) return null;
        using var document = JsonDocument.Parse(text.Value);
        return document.RootElement.TryGetProperty(name, out var value) ? new JsonText(value.GetRawText()) : null;
    }
}
