using System.Data.Common;
using System.Text.Json.Serialization.Metadata;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api;

/// <summary>What goes back: a status and a body of a known type.</summary>
public sealed record Answer(int Status, object Body, JsonTypeInfo Type, int? RetryAfterSeconds = null)
{
    public bool Failed => Status >= 400;

    public static Answer Ok<T>(T body, JsonTypeInfo<T> type)
        where T : class => new(200, body, type);

    public static Answer Of<T>(int status, T body, JsonTypeInfo<T> type)
        where T : class => new(status, body, type);

    public static Answer Error(int status, string code, string message, string environment) =>
        new(status, new ErrorBody(message, code, environment), ApiJson.Default.ErrorBody, status is 429 or 503 ? 1 : null);

    /// <summary>The database cannot be reached, or did not say what became of a commit.</summary>
    public static Answer Unreachable(string environment) => Error(
        503, "service_unavailable", "The store could not be reached, so it is not known whether this was carried out. Repeat it with the same idempotency key.", environment);

    /// <summary>Too much waits already.</summary>
    public static Answer Overloaded(string environment) => Error(429, "rate_limit_exceeded", "Sluice has more requests waiting than it takes. Nothing was done; try again.", environment);

    /// <summary>To a failure that passes by itself; null = it is a bug.</summary>
    public static Answer? ForNow(Exception failure, string environment) => failure switch
    {
        OverloadedException => Overloaded(environment),
        DbException or IOException => Unreachable(environment),
        _ => null,
    };

    public static Answer Error(Refusal refusal, string environment)
    {
        var (status, code) = ErrorTable.Of(refusal.Code);
        return Error(status, code, refusal.Message, environment);
    }
}

/// <summary>The shape of every error.</summary>
public sealed record ErrorBody(string Message, string Code, string Env);

/// <summary><c>{"success": true}</c></summary>
public sealed record SuccessBody(bool Success)
{
    public static readonly SuccessBody True = new(true);
}
