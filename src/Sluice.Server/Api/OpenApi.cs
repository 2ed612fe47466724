using System.Reflection;

namespace Sluice.Server.Api;

/// <summary>
/// The document that describes the API: written by hand and kept in the program, open to everyone. Its one server is
/// "/", that is wherever the document was read, so it is right behind any proxy.
/// </summary>
internal static class OpenApi
{
    public const string Path = "/openapi.json";

    private static readonly byte[] Document = Read();

    public static void Map(WebApplication app) => app.MapGet(Path, async http =>
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = Document.Length;
        await http.Response.BodyWriter.WriteAsync(Document);
    });

    private static byte[] Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("openapi.json")!;
        var document = new byte[stream.Length];
        stream.ReadExactly(document);
        return document;
    }
}
