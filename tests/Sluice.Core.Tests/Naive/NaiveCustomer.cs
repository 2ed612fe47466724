namespace Naive;

/// <summary>
/// A customer's balances as they are told, in the plainest way there is: lists, loops, everything counted anew each time,
/// and time goes from one boundary to the next. It shares nothing with the engine, so that where both agree a mistake
/// would have had to be made twice. A command answers null, or the word of its refusal.
/// </summary>
public sealed partial class NaiveCustomer(IEnumerable<Thing> things, DateTime now)
{
    private readonly Dictionary<string, Thing> _things = things.ToDictionary(thing => thing.Id);
    private readonly Dictionary<int, Rules> _controls = new() { [0] = new([], [], []) };
    private readonly Dictionary<Window, (DateTime Start, decimal Used)> _windows = [];
    private readonly List<Held> _held = [];
    private readonly List<Hold> _holds = [];
    private readonly List<Move> _moves = [];
    private readonly List<(Window Of, DateTime Start, decimal Amount)> _counted = [];
    private int _lastNo;

    public DateTime Now { get; private set; } = now;

    public List<Row> Rows { get; } = [];

    public List<Entity> Entities { get; } = [];

    public IEnumerable<string> Holds => _holds.Select(hold => hold.Id).Order(StringComparer.Ordinal);

    /// <summary>Entities draw on their own only.</summary>
    public bool Apart { get; set; }

    public string? Attach(Offer offer, string? entityId)
    {
        if (No(entityId, out var entity) is { } missing) return missing;
        if (entity is not null && offer.Items.Any(item => item.Per is not null)) return "invalid";
        var replaced = offer.AddOn || offer.IsPurchase ? null
            : _held.Find(held => held.Entity == entity && !held.Offer.AddOn && !held.Offer.IsPurchase && held.Offer.Group == offer.Group);
        if (replaced?.Offer.Id == offer.Id) return "plan_already_attached";

        var held = new Held(++_lastNo, entity, offer);
        var old = replaced is null ? [] : Rows.FindAll(row => row.Held == replaced.No && row.Parent is null);
        var rows = offer.Items.Where(item => entity is null || !item.Pooled).Select(item => Opened(item, entity, held)).ToList();
        foreach (var kind in rows.GroupBy(row => row.Item.Feature))
        {
            // Seats stay in use; what was saved follows to a balance that saves.
            var before = old.FindAll(row => row.Item.Feature == kind.Key);
            if (_things[kind.Key].Kind == "seats") kind.First().Left -= before.Sum(row => row.Granted - row.Left);
            if (kind.FirstOrDefault(row => row.Item.Saves is not null && !row.IsParent) is not { } saving) continue;
            saving.Saved = [.. before.SelectMany(row => row.Saved).OrderBy(saved => saved.Ends ?? DateTime.MaxValue)];
            Trim(saving, saving.Item.Saves!);
        }

        if (entity is not null)
        {
            foreach (var item in offer.Items.Where(item => item.Pooled)) Join(item, held);
        }

        var boughtOnce = old.FindAll(row => row.Item is { Billed: "prepaid", Unit: "one_off", Unlimited: false, Per: null } && row.Left > 0m);
        if (replaced is not null) End(replaced);
        _held.Add(held);
        Rows.AddRange(rows);
        foreach (var parent in rows.Where(row => row.IsParent))
        {
            foreach (var each in Entities.Where(each => each.Feature == parent.Item.Per)) Share(parent, each.No);
        }

        // What is left of units bought once is the customer's for good.
        foreach (var row in boughtOnce) Rows.Add(Opened(new Item(row.Item.Feature, row.Left) { Unit = "one_off" }, row.Entity, null));
        return null;
    }

    public string? Create(Item item, string? id, string? entityId, DateTime? resets, DateTime? ends)
    {
        if (No(entityId, out var entity) is { } missing) return missing;
        if (Entities.Any(each => each.No == entity && each.Feature == item.Feature)) return "invalid";
        if (id is not null && Rows.Any(row => row.Id == id)) return "conflict";
        var recurs = item.Unit is not null and not "one_off";
        if (ends <= Now || resets <= Now || resets >= ends || (resets is not null && !recurs)) return "invalid";
        if (item.Saves is not null && (!recurs || ends <= (resets ?? Boundary(Now, item, 1)))) return "invalid";
        var row = Opened(item, entity, null);
        (row.Id, row.Ends) = (id, ends);
        if (resets is not null)
            (row.Anchor, row.Cycle, row.Resets) = (resets.Value, 0, resets);
        else if (ends is not null)
            row.Resets = null;
        Rows.Add(row);
        return null;
    }

    /// <param name="change">"remaining", "usage" or "add"; null = only what else is said.</param>
    public string? Update(string feature, string? entityId, string? id, string? unit, string? change, decimal amount, decimal? grant, DateTime? ends, DateTime? resets)
    {
        if (No(entityId, out var entity) is { } missing) return missing;
        List<Row> Selected() => Own(entity, feature).FindAll(row => (id is null || row.Id == id) && (unit is null || (row.Item.Unit ?? "one_off") == unit));
        if (Selected().Count == 0) return "not_found";
        var limited = Selected().FindAll(row => !row.Item.Unlimited);
        if (grant is not null && (grant < 0m || limited.Count == 0)) return "invalid";
        var soonest = Selected().MinBy(row => row.Ends ?? DateTime.MaxValue)!;
        if (ends is not null && (ends <= Now || soonest.Item is { Billed: not null, Unit: not "one_off" })) return "invalid";
        var next = Selected().Where(row => row.Item.Unit is not null and not "one_off").MinBy(row => row.Resets ?? DateTime.MaxValue);
        if (resets is not null && (next is null || resets >= (next == soonest ? ends ?? next.Ends : next.Ends))) return "invalid";

        if (grant is not null) limited[0].Adjusted += grant.Value - limited.Sum(row => row.Included + row.Adjusted);
        if (change is not null)
        {
            var rows = Selected();
            if (rows[0].Item.Unlimited) rows.RemoveAll(row => !row.Item.Unlimited);
            var left = rows.Sum(row => row.Left + row.Saved.Sum(saved => saved.Left));
            var used = rows.Sum(row => row.Granted - row.Left + row.Saved.Sum(saved => saved.Used));
            var taken = change switch { "remaining" => left - amount, "usage" => amount - used, _ => -amount };
            Take(entity, feature, taken, grant is null ? "set" : "set grant", null, rows);
        }

        if (ends is not null) soonest.Ends = ends;
        if (resets is not null) (next!.Anchor, next.Cycle, next.Resets) = (resets.Value, 0, resets);
        return null;
    }

    public string? Delete(string? feature, string? entityId, string? id, string? unit, bool recalculate)
    {
        if (No(entityId, out var entity) is { } missing) return missing;
        if ((feature ?? id ?? unit) is null || (recalculate && feature is null)) return "invalid";
        var doomed = Rows.FindAll(row => row.Entity == entity
            && (feature is null || row.Item.Feature == feature) && (id is null || row.Id == id) && (unit is null || (row.Item.Unit ?? "one_off") == unit));
        if (doomed.Count == 0) return "not_found";
        if (doomed.Exists(row => row.Item.Billed is not null || row.Parts.Count > 0 || row.Parent is not null || _held.Exists(held => held.No == row.Held && !held.Offer.IsFree)))
            return "conflict";
        Rows.RemoveAll(row => doomed.Contains(row) || doomed.Contains(row.Parent!));
        var used = doomed.Where(row => !row.Item.Unlimited).Sum(row => row.Granted - row.Left);
        if (!recalculate || used <= 0m) return null;
        var others = Own(entity, feature!).FindAll(row => row.Entity == entity);
        if (others.Count > 0)
        {
            Take(entity, feature!, used, "all", null, others);
            return null;
        }

        var carrier = Opened(new Item(feature!, 0m), entity, null);
        carrier.Left = -used;
        Rows.Add(carrier);
        return null;
    }

    public string? Recalculate(string feature, string? entityId)
    {
        if (No(entityId, out var entity) is { } missing) return missing;
        var rows = Own(entity, feature).FindAll(row => row.Entity == entity && !row.Item.Unlimited);
        var moved = Math.Min(rows.Sum(row => Math.Max(0m, -row.Left)), rows.Sum(row => Math.Max(0m, row.Left)));
        if (moved == 0m) return null;
        var positive = rows.FindAll(row => row.Left > 0m);
        Take(entity, feature, -moved, "cap free", null, rows);
        Take(entity, feature, moved, "cap free", null, positive);
        return null;
    }

    public string? CreateEntity(string id, string feature)
    {
        if (_things[feature].Kind != "seats") return "invalid";
        if (Entities.Exists(each => each.Id == id)) return "entity_exists";
        var before = Copy();
        if (Take(null, feature, 1m, "cap", null) > 0m && Rows.Exists(row => row.Item.Feature == feature && row.Entity is null))
        {
            Restore(before);
            return "feature_limit_reached";
        }

        var entity = new Entity(++_lastNo, id, feature);
        Entities.Add(entity);
        _controls[entity.No] = new([], [], []);
        foreach (var parent in Rows.FindAll(row => row.IsParent && row.Item.Per == feature)) Share(parent, entity.No);
        return null;
    }

    public string? DeleteEntity(string id)
    {
        if (No(id, out var no) is { } missing) return missing;
        var entity = Entities.Find(each => each.No == no)!;
        foreach (var held in _held.FindAll(held => held.Entity == no)) End(held);
        Rows.RemoveAll(row => row.Entity == no);
        Entities.Remove(entity);
        foreach (var window in _windows.Keys.Where(window => window.Entity == no).ToList()) _windows.Remove(window);
        Take(null, entity.Feature, -1m, "cap", null);
        return null;
    }

    public string? Control(string? entityId, Rules change)
    {
        if (No(entityId, out var entity) is { } missing) return missing;
        var own = _controls[entity ?? 0];
        _controls[entity ?? 0] = new(change.Limits ?? own.Limits, change.Spends ?? own.Spends, change.Switches ?? own.Switches);
        return null;
    }

    private string? No(string? entityId, out int? no)
    {
        no = Entities.Find(each => each.Id == entityId)?.No;
        return entityId is not null && no is null ? "entity_not_found" : null;
    }

    private Row Opened(Item item, int? entity, Held? held)
    {
        var row = new Row
        {
            No = ++_lastNo, Item = item, Entity = entity, Made = Now, Anchor = Now, Held = held?.No, Plan = held?.Offer.Id, AddOn = held?.Offer.AddOn ?? false,
            Included = item.Unlimited ? 0m : item.Included, Bought = item.Billed == "prepaid" ? item.Bought : 0m,
        };
        row.Left = row.Granted;
        if (item.Unit is not null and not "one_off" && !item.Unlimited) (row.Cycle, row.Resets) = (1, Boundary(Now, item, 1));
        return row;
    }

    private void Share(Row parent, int entity) => Rows.Add(new Row
    {
        No = ++_lastNo, Item = parent.Item, Entity = entity, Made = Now, Anchor = parent.Anchor, Cycle = parent.Cycle, Resets = parent.Resets, Ends = parent.Ends,
        Parent = parent, Held = parent.Held, Plan = parent.Plan, AddOn = parent.AddOn, Included = parent.Included, Bought = parent.Bought, Left = parent.Included + parent.Bought,
    });

    private void Join(Item item, Held held)
    {
        var pool = Rows.Find(row => row.Parts.Count > 0 && Same(row.Item, item));
        if (pool is null)
        {
            pool = Opened(item, null, null);
            pool.Parts.Add((held.No, pool.Granted));
            Rows.Add(pool);
            return;
        }

        var amount = item.Unlimited ? 0m : item.Included + (item.Billed == "prepaid" ? item.Bought : 0m);
        pool.Parts.Add((held.No, amount));
        (pool.Included, pool.Left) = (pool.Included + amount, pool.Left + amount);
    }

    // One that has the same terms but for how much there is.
    private static bool Same(Item a, Item b) =>
        (a.Feature, a.Unit, a.Count, a.Unlimited, a.Billed, a.Most, a.Saves) == (b.Feature, b.Unit, b.Count, b.Unlimited, b.Billed, b.Most, b.Saves);

    private void End(Held held)
    {
        foreach (var pool in Rows.FindAll(row => row.Parts.Exists(part => part.Held == held.No)))
        {
            var amount = pool.Parts.Where(part => part.Held == held.No).Sum(part => part.Amount);
            pool.Parts.RemoveAll(part => part.Held == held.No);
            (pool.Included, pool.Left) = (pool.Included - amount, pool.Left - amount);
            if (pool.Parts.Count == 0) Rows.Remove(pool);
        }

        Rows.RemoveAll(row => row.Held == held.No);
        _held.Remove(held);
    }
}
