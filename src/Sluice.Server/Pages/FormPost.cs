namespace Sluice.Server.Pages;

/// <summary>A form that came in: only from a page of ours.</summary>
internal static class FormPost
{
    private const long MaxBytes = 64 * 1024;

    /// <summary>Null when it is no form, too large, or was sent by another site.</summary>
    public static async ValueTask<IFormCollection?> Read(HttpRequest request)
    {
        if (!request.HasFormContentType || request.ContentLength is null or > MaxBytes || !IsOurs(request)) return null;
        try
        {
            return await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception failure) when (failure is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    // Browsers say where a form comes from. Without a word about it, it is no browser, and there is nobody to be tricked.
    private static bool IsOurs(HttpRequest request)
    {
        if (request.Headers.Origin is [{ Length: > 0 } origin]) return Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value;
        return request.Headers["Sec-Fetch-Site"] is [] or ["same-origin"] or ["none"];
    }
}
