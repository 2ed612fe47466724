namespace Sluice.Server.Api;

/// <summary>A list that is not paged.</summary>
public sealed record ListBody<T>(IReadOnlyList<T> List);
