using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Payments;

/// <summary>What a page is about.</summary>
internal enum PageKind
{
    /// <summary>Pay for what was asked for, or save a card.</summary>
    Checkout = 'c',

    Invoice = 'i',

    /// <summary>A customer's plans, invoices and card.</summary>
    Portal = 'p',
}

/// <summary>Whose page it is.</summary>
/// <param name="No">Of the checkout or the invoice; 0 for the portal.</param>
/// <param name="ReturnTo">Where the customer goes from there.</param>
/// <param name="EndsAt">From then on the link is worth nothing; null = never.</param>
internal sealed record PageLink(PageKind Kind, ScopeId Scope, CustomerKey Customer, int No, string? ReturnTo = null, Instant? EndsAt = null)
{
    /// <summary>Where its way back leads; null when it is no address of the web.</summary>
    public Uri? Target => Uri.TryCreate(ReturnTo, UriKind.Absolute, out var target) && target.Scheme is "http" or "https" ? target : null;
}

/// <summary>
/// Addresses of the pages that customers are sent to. An address says what it is for and is signed, so that nobody can make
/// one up; nothing of it is stored.
/// </summary>
internal sealed class PageLinks(IBillingStore store, Settings settings)
{
    private const int SignatureBytes = 16;
    private readonly Lazy<Task<byte[]>> _secret = new(async () => await store.ServerSecret("pages", static () => RandomNumberGenerator.GetBytes(32)));

    /// <param name="request">Tells the host where no public address is set.</param>
    public async ValueTask<string> Url(PageLink link, HttpRequest request)
    {
        var root = settings.PublicUrl?.GetLeftPart(UriPartial.Authority) ?? $"{request.Scheme}://{request.Host}";
        return $"{root}/pay/{Word(link.Kind)}/{await Token(link)}";
    }

    public ValueTask<string> CheckoutUrl(Scope scope, CustomerKey customer, CheckoutNo no, string? successUrl, HttpRequest request) =>
        Url(new PageLink(PageKind.Checkout, scope.Id, customer, no.Value, successUrl), request);

    public ValueTask<string> InvoiceUrl(Scope scope, CustomerKey customer, InvoiceNo no, HttpRequest request, string? returnTo = null) =>
        Url(new PageLink(PageKind.Invoice, scope.Id, customer, no.Value, returnTo), request);

    /// <summary>Null when it is no address of ours, is for another kind of page, or has run out.</summary>
    public async ValueTask<PageLink?> Read(PageKind kind, string token, Instant now)
    {
        if (token.Split('.') is not [var said, var signature] || !Base64Url.IsValid(said) || !Base64Url.IsValid(signature)) return null;
        var payload = Base64Url.DecodeFromChars(said);
        if (!CryptographicOperations.FixedTimeEquals(await Sign(payload), Base64Url.DecodeFromChars(signature))) return null;
        if (Encoding.UTF8.GetString(payload).Split('\n', 6) is not [[var letter], var scope, var customer, var no, var ends, var returnTo]) return null;
        var link = new PageLink(
            (PageKind)letter, new ScopeId(Number(scope)), new CustomerKey(long.Parse(customer, CultureInfo.InvariantCulture)), Number(no), returnTo.Length == 0 ? null : returnTo,
            ends.Length == 0 ? null : new Instant(long.Parse(ends, CultureInfo.InvariantCulture)));
        return link.Kind == kind && !(link.EndsAt <= now) ? link : null;
    }

    private async ValueTask<string> Token(PageLink link)
    {
        var payload = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{(char)link.Kind}\n{link.Scope.Value}\n{link.Customer.Value}\n{link.No}\n{link.EndsAt?.Milliseconds}\n{link.ReturnTo}"));
        return $"{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(await Sign(payload))}";
    }

    private async ValueTask<byte[]> Sign(byte[] payload) => HMACSHA256.HashData(await _secret.Value, payload)[..SignatureBytes];

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Word(PageKind kind) => kind switch
    {
        PageKind.Checkout => "checkout",
        PageKind.Invoice => "invoice",
        PageKind.Portal => "portal",
        _ => throw new InvariantViolation($"page kind {kind}"),
    };
}
