using System.Globalization;
using Naive;

namespace Sluice.Core.Tests.Model;

/// <summary>One line of a story that is lived twice: by the engine and by the naive customer.</summary>
internal abstract record Step
{
    public sealed record Wait(TimeSpan Time) : Step;

    public sealed record Attach(Offer Offer, string? Entity) : Step;

    public sealed record Create(Item Item, string? Id, string? Entity, TimeSpan? Resets, TimeSpan? Ends) : Step;

    public sealed record Update(string Feature, string? Entity, string? Id, string? Unit, string? Change, decimal Amount, decimal? Grant, TimeSpan? Ends, TimeSpan? Resets) : Step;

    public sealed record Delete(string? Feature, string? Entity, string? Id, string? Unit, bool AndRecalculate) : Step;

    public sealed record Recalculate(string Feature, string? Entity) : Step;

    /// <param name="Send">It records its usage.</param>
    public sealed record Check(string Feature, decimal Required, bool Send, string? Entity, string? Model) : Step;

    public sealed record Track(string? Feature, string? Event, decimal Value, string Mode, string? Entity, string? Model) : Step;

    public sealed record Place(string Id, string Feature, decimal Value, string Mode, string? Entity, TimeSpan? Ends) : Step;

    public sealed record Settle(string Id, decimal? Value) : Step;

    public sealed record CreateEntity(string Id, string Feature) : Step;

    public sealed record DeleteEntity(string Id) : Step;

    public sealed record Control(string? Entity, Rules Rules) : Step;

    public sealed record Apart(bool On) : Step;

    /// <summary>The line as it is read.</summary>
    public string Told => this switch
    {
        Wait s => $"wait {s.Time}",
        Attach s => $"attach {(s.Offer.AddOn ? "add-on" : "plan")} {s.Offer.Id} of group {s.Offer.Group}{For(s.Entity)}: {string.Join("; ", s.Offer.Items.Select(Of))}{Of(s.Offer.Rules)}",
        Create s => $"balance {s.Id ?? "(no id)"}{For(s.Entity)}: {Of(s.Item)}{When(" next reset", s.Resets)}{When(" ends", s.Ends)}",
        Update s => $"update {s.Feature}{For(s.Entity)} {s.Id} {s.Unit}: {(s.Change is null ? "" : $"{s.Change} {N(s.Amount)}")}{(s.Grant is { } grant ? $" grant {N(grant)}" : "")}{When(" ends", s.Ends)}{When(" next reset", s.Resets)}",
        Delete s => $"delete {s.Feature}{For(s.Entity)} {s.Id} {s.Unit}{(s.AndRecalculate ? " and recalculate" : "")}",
        Recalculate s => $"recalculate {s.Feature}{For(s.Entity)}",
        Check s => $"check {s.Feature} {N(s.Required)}{(s.Send ? " and send" : "")}{For(s.Entity)}{By(s.Model)}",
        Track s => $"track {s.Feature ?? $"event {s.Event}"} {N(s.Value)} {s.Mode}{For(s.Entity)}{By(s.Model)}",
        Place s => $"hold {s.Id}: {s.Feature} {N(s.Value)} {s.Mode}{For(s.Entity)}{When(" until", s.Ends)}",
        Settle s => $"settle {s.Id}{(s.Value is { } value ? $" at {N(value)}" : "")}",
        CreateEntity s => $"entity {s.Id} of {s.Feature}",
        DeleteEntity s => $"delete entity {s.Id}",
        Control s => $"control{For(s.Entity)}: {Of(s.Rules)}",
        Apart s => $"entities apart: {s.On}",
        _ => throw new InvalidOperationException(),
    };

    private static string Of(Item item) => string.Concat(
        item.Unlimited ? "unlimited" : N(item.Included), " ", item.Feature, item.Unit is null ? "" : $" every {item.Count} {item.Unit}", item.Per is null ? "" : $" per {item.Per}", item.Pooled ? " pooled" : "",
        item.Billed switch { null => "", "use" => $" pay per use {item.Most}", _ => $" prepaid {N(item.Bought)} of {item.Most}" }, item.Saves is { } saves ? $" saves {saves.Most}{(saves.Percent is { } percent ? $"{percent}%" : "")} for {saves.Months?.ToString(CultureInfo.InvariantCulture) ?? "ever"}" : "");

    private static string Of(Rules rules) => string.Concat(((IEnumerable<object>)[.. rules.Limits ?? [], .. rules.Spends ?? [], .. rules.Switches ?? []]).Select(rule => $" {rule}"));

    private static string N(decimal value) => value.ToString("0.##########", CultureInfo.InvariantCulture);

    private static string For(string? entity) => entity is null ? "" : $" for {entity}";

    private static string By(string? model) => model is null ? "" : $" by {model}";

    private static string When(string word, TimeSpan? time) => time is { } span ? $"{word} in {span}" : "";
}
