using Sluice.Core;

namespace Sluice.Server.Api.Invoices;

/// <summary>invoices.listTemplates: there are none here; what an invoice shall say is sent with invoices.reissue.</summary>
internal static class Templates
{
    private const int Default = 10;

    public static ValueTask<Answer> List(Call call)
    {
        var body = Body.Of(call.Json);
        var page = PageAsked.ByOffset(body, Default);
        return new(body.Refusal is { } wrong ? call.Refuse(wrong) : Answer.Ok(new OffsetPage<JsonText>([], 0, false, page.Offset, page.Limit), ApiJson.Default.OffsetPageJsonText));
    }
}
