namespace Naive;

/// <summary>What a feature is: <c>Kind</c> is "counted", "seats", "credits" or "flag"; <c>Costs</c> are the credits that a unit of each member costs.</summary>
public sealed record Thing(string Id, string Kind, string? Event = null, Dictionary<string, decimal>? Costs = null);

/// <summary>What a plan or a balance by itself grants.</summary>
/// <param name="Unit">Of its resets: "hour" … "year", "one_off"; null = said of nothing that resets.</param>
/// <param name="Billed">"use" or "prepaid"; null = free.</param>
/// <param name="Most">Units that may be had beyond the included ones.</param>
/// <param name="Per">Each entity of that feature has its own.</param>
public sealed record Item(string Feature, decimal Included)
{
    public string? Unit { get; init; }

    public int Count { get; init; } = 1;

    public bool Unlimited { get; init; }

    public string? Billed { get; init; }

    public decimal? Most { get; init; }

    public decimal Bought { get; init; }

    public string? Per { get; init; }

    public bool Pooled { get; init; }

    public Saving? Saves { get; init; }
}

/// <summary>What is unused outlives a reset: at most so much, or percent of the grant; for so many months, or for ever.</summary>
public sealed record Saving(decimal? Most, decimal? Percent, int? Months);

public sealed record Offer(string Id, bool AddOn, string Group, params Item[] Items)
{
    /// <summary>They hold where neither the entity nor the customer has such a rule.</summary>
    public Rules Rules { get; init; } = new();

    public bool IsFree => Items.All(item => item.Billed is null);

    // A purchase: it has prices and none of them comes round again. Seats are priced by the month.
    public bool IsPurchase => !IsFree && Items.All(item => item.Billed is null || item.Unit == "one_off");
}

/// <param name="Model">Counts only usage of that model; null = all.</param>
public sealed record Limit(string Feature, decimal Most, string Unit, bool On = true, bool Calendar = false, string? Model = null);

public sealed record Spend(string Feature, decimal Most, bool Percent = false, bool On = true);

public sealed record Switch(string Feature, bool On);

/// <summary>Lists that are null stay as they are.</summary>
public sealed record Rules(Limit[]? Limits = null, Spend[]? Spends = null, Switch[]? Switches = null);

public sealed class Saved
{
    public decimal Left, Used;
    public DateTime? Ends;
}

/// <summary>One balance. A parent has nothing itself: its entities' shares have.</summary>
public sealed class Row
{
    public required int No;
    public required Item Item;
    public required DateTime Made, Anchor;
    public int? Entity, Held;
    public Row? Parent;
    public string? Id, Plan;
    public bool AddOn;
    public decimal Included, Bought, Adjusted, Left;
    public int Cycle;
    public DateTime? Resets, Ends;
    public List<Saved> Saved = [];
    public List<(int Held, decimal Amount)> Parts = [];

    public decimal Granted => Included + Bought + Adjusted;

    public bool IsParent => Item.Per is not null && Parent is null;
}

public sealed record Entity(int No, string Id, string Feature);

public sealed record Held(int No, int? Entity, Offer Offer);

public sealed record Move(Row Row, Saved? Saved, decimal Units, decimal Amount);

public sealed record Hold(string Id, string Feature, int? Entity, decimal Value, List<Move> Moves, List<(Window Of, DateTime Start, decimal Amount)> Windows, DateTime Ends, bool Releases);

public sealed record Window(int? Entity, string Feature, string Unit, string? Model);

/// <summary>A feature as read.</summary>
public sealed record Sight(decimal Granted, decimal Left, decimal Used, bool Unlimited, bool Overage, DateTime? Resets, decimal Usable, bool Endless, List<Row> Rows);
