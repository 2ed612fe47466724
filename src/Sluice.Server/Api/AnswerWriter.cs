using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sluice.Server.Api;

/// <summary>Writes an answer as JSON, with its length.</summary>
internal static class AnswerWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) _scratch;

    public static async Task Write(HttpResponse response, Answer answer)
    {
        response.StatusCode = answer.Status;
        response.ContentType = "application/json; charset=utf-8";
        if (answer.RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        Fill(response, answer);
        await response.BodyWriter.FlushAsync();
    }

    // No await in here: the scratch belongs to the thread.
    private static void Fill(HttpResponse response, Answer answer)
    {
        if (_scratch.Buffer is null)
        {
            var created = new ArrayBufferWriter<byte>(4096);
            _scratch = (created, new Utf8JsonWriter(created, Options));
        }

        var (buffer, writer) = _scratch;
        buffer.ResetWrittenCount();
        writer.Reset();
        JsonSerializer.Serialize(writer, answer.Body, answer.Type);
        writer.Flush();
        response.ContentLength = buffer.WrittenCount;
        response.BodyWriter.Write(buffer.WrittenSpan);
    }
}
