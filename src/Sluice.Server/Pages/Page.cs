using System.Text;
using System.Text.Encodings.Web;

namespace Sluice.Server.Pages;

/// <summary>A page for people: plain HTML that works without scripts, readable on a phone. All text given to it is encoded.</summary>
internal sealed class Page(string title)
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1a1d21;--soft:#5b6570;--line:#d8dde3;--paper:#fff;--back:#f4f6f8;--go:#0b5fff;--bad:#b3261e}
        @media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3adb8;--line:#3a4149;--paper:#1d2126;--back:#14171a;--go:#7aa7ff;--bad:#ff8a80}}
        *{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:26rem;margin:8vh auto;padding:1.75rem;background:var(--paper);border:1px solid var(--line);border-radius:12px}
        @media(max-width:30rem){main{margin:0;border:0;border-radius:0;min-height:100vh}}
        h1{font-size:1.35rem;margin:0 0 .75rem}p{margin:.5rem 0;color:var(--soft)}ul{padding-left:1.2rem;color:var(--soft)}
        label{display:block;margin:.9rem 0 .25rem;font-weight:600}input{width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:8px}
        button{width:100%;margin-top:1rem;padding:.7rem;font:inherit;font-weight:600;border-radius:8px;border:1px solid var(--go);background:var(--go);color:var(--paper);cursor:pointer}
        button.quiet{background:none;color:var(--ink);border-color:var(--line)}
        input:focus-visible,button:focus-visible,a:focus-visible{outline:3px solid var(--go);outline-offset:2px}
        .bad{color:var(--bad);font-weight:600}a{color:var(--go)}code{overflow-wrap:anywhere}
        h2{font-size:1.05rem;margin:1.5rem 0 .25rem}table{width:100%;border-collapse:collapse;margin:.5rem 0}td,th{padding:.4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);font-weight:400}
        td small{display:block;color:var(--soft)}td:last-child,th:last-child{text-align:right;white-space:nowrap;padding-left:1rem}tr.sum td{font-weight:600}th{color:var(--soft);font-size:.85rem}
        select{width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:8px}
        @media print{form{display:none}main{border:0;max-width:none;margin:0}}
        """;

    private readonly StringBuilder _body = new();
    private readonly List<string> _formTargets = ["'self'"];
    private int _status = StatusCodes.Status200OK;

    public static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    public Page Says(string text) => Add($"<p>{Encode(text)}</p>");

    public Page Warns(string? text) => text is null ? this : Add($"<p class=\"bad\" role=\"alert\">{Encode(text)}</p>");

    public Page Lists(IEnumerable<string> items) => Add($"<ul>{string.Concat(items.Select(item => $"<li>{Encode(item)}</li>"))}</ul>");

    public Page Heads(string text) => Add($"<h2>{Encode(text)}</h2>");

    public Page Leads(string text, string address) => Add($"<p><a href=\"{Encode(address)}\">{Encode(text)}</a></p>");

    /// <summary>Rows of what it is, a note under it, and an amount.</summary>
    public Page Tabulates(IEnumerable<Row> rows) => Add($"<table>{string.Concat(rows.Select(static row => row.Html))}</table>");

    /// <summary>A form that posts to an address of ours.</summary>
    public Page Asks(string action, IEnumerable<Field> fields, params ReadOnlySpan<Choice> choices)
    {
        var form = new StringBuilder($"<form method=\"post\" action=\"{Encode(action)}\">");
        foreach (var field in fields) form.Append(field.Html);
        foreach (var (label, name, value, isQuiet) in choices)
            form.Append($"<button{(isQuiet ? " class=\"quiet\"" : "")}{(name is null ? "" : $" name=\"{Encode(name)}\" value=\"{Encode(value ?? "")}\"")}>{Encode(label)}</button>");
        return Add(form.Append("</form>").ToString());
    }

    /// <summary>A form of this page may lead there: browsers hold its redirects to that too.</summary>
    public Page LeadsTo(Uri target)
    {
        _formTargets.Add(target.GetLeftPart(UriPartial.Authority));
        return this;
    }

    public Page WithStatus(int status)
    {
        _status = status;
        return this;
    }

    public Task Write(HttpResponse response)
    {
        response.StatusCode = _status;
        response.ContentType = "text/html; charset=utf-8";
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";

        // "no-referrer" would make a form's Origin null, which is how forms of other sites are told from ours.
        headers["Referrer-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'unsafe-inline'; form-action {string.Join(' ', _formTargets)}; frame-ancestors 'none'; base-uri 'none'";
        return response.WriteAsync($"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{Encode(title)} · Sluice</title><style>{Style}</style></head>
            <body><main><h1>{Encode(title)}</h1>{_body}</main></body></html>
            """);
    }

    private Page Add(string html)
    {
        _body.Append(html);
        return this;
    }

    /// <summary>A button; with a name it tells the server which one was pressed.</summary>
    internal readonly record struct Choice(string Label, string? Name = null, string? Value = null, bool IsQuiet = false);

    /// <summary>A line of a table.</summary>
    internal readonly record struct Row(string What, string? Note, string Amount, bool IsSum = false)
    {
        public string Html => $"<tr{(IsSum ? " class=\"sum\"" : "")}><td>{Encode(What)}{(Note is null ? "" : $"<small>{Encode(Note)}</small>")}</td><td>{Encode(Amount)}</td></tr>";
    }

    /// <summary>One field of a form.</summary>
    internal readonly record struct Field(string Html)
    {
        public static Field Hidden(string name, string value) => new($"<input type=\"hidden\" name=\"{Encode(name)}\" value=\"{Encode(value)}\">");

        public static Field Text(string name, string label, string value, string autocomplete) =>
            new($"<label for=\"{Encode(name)}\">{Encode(label)}</label><input id=\"{Encode(name)}\" name=\"{Encode(name)}\" value=\"{Encode(value)}\" autocomplete=\"{Encode(autocomplete)}\" required>");

        public static Field Select(string name, string label, IEnumerable<(string Value, string Label)> options) =>
            new($"<label for=\"{Encode(name)}\">{Encode(label)}</label><select id=\"{Encode(name)}\" name=\"{Encode(name)}\">{string.Concat(options.Select(static option => $"<option value=\"{Encode(option.Value)}\">{Encode(option.Label)}</option>"))}</select>");

        public static Field Password(string name, string label, string autocomplete, int minLength = 1) =>
            new($"<label for=\"{Encode(name)}\">{Encode(label)}</label><input id=\"{Encode(name)}\" name=\"{Encode(name)}\" type=\"password\" autocomplete=\"{Encode(autocomplete)}\" minlength=\"{minLength}\" required>");
    }
}
