namespace Naive;

/// <summary>Which balances serve, how usage is taken, and what a check says.</summary>
public sealed partial class NaiveCustomer
{
    /// <summary>The feature whose balance the last track answered with, and what it took from which: "messages 5".</summary>
    public (string? Feature, IEnumerable<string> Drawn) Answered { get; private set; }

    /// <param name="mode">"cap", "reject" or "overflow".</param>
    public string? Track(string? feature, string? happened, decimal value, string mode, string? entityId, string? model = null, (string Id, TimeSpan? Ends)? hold = null)
    {
        if (No(entityId, out var entity) is { } missing) return missing;
        if (feature is null && mode == "reject") return "invalid";
        var counted = _things.Values.Where(thing => feature is null ? thing.Event == happened : thing.Id == feature).ToList();
        if (hold is not null)
        {
            if (_holds.Exists(held => held.Id == hold.Value.Id)) return "hold_exists";
            if (counted[0].Kind == "seats" || hold.Value.Ends <= TimeSpan.Zero || hold.Value.Ends > TimeSpan.FromHours(24)) return "invalid";
        }

        var before = Copy();
        _moves.Clear();
        _counted.Clear();
        foreach (var thing in counted.Where(thing => thing.Kind != "flag"))
        {
            if (Take(entity, thing.Id, value, mode, model) <= 0m || mode != "reject") continue;
            Restore(before);
            return "insufficient_balance";
        }

        if (hold is var (id, ends) && counted[0].Kind != "flag") _holds.Add(new Hold(id, feature!, entity, value, [.. _moves], [.. _counted], Now + (ends ?? TimeSpan.FromHours(24)), ends is not null));
        Round();
        Answer(entity, [.. counted.Where(thing => thing.Kind != "flag").Select(thing => thing.Id)]);
        return null;
    }

    /// <param name="value">Null = as held.</param>
    public string? Settle(string id, decimal? value)
    {
        if (_holds.Find(one => one.Id == id) is not { } hold) return "invalid";
        _holds.Remove(hold);
        Adjust(hold, value ?? hold.Value);
        return null;
    }

    public bool Check(string? entityId, string feature, decimal required, string? model = null)
    {
        if (No(entityId, out var entity) is not null) return false;
        if (_things[feature].Kind == "flag") return Rows.Exists(row => row.Item.Feature == feature && (row.Entity == entity || row.Entity is null));
        if (Suffices(entity, feature, required, feature, required, model)) return true;
        return _things.Values.Any(pool => Cost(pool.Id, feature) is { } cost && pool.Id != feature && Suffices(entity, pool.Id, required * cost, feature, required, model));
    }

    public Sight? See(int? entity, string feature)
    {
        var rows = Sorted(entity, feature, Rows.FindAll(row => row.Item.Feature == feature && IsSeen(row, entity)));
        var others = Rows.FindAll(row => entity is null && row.Item.Feature == feature && row.Entity is not null && row.Parent is null);
        if (rows.Count + others.Count == 0) return null;
        if (rows.Exists(row => row.Item.Unlimited))
            return new Sight(0m, 0m, -rows.Where(row => row.Item.Unlimited).Sum(row => row.Left), true, false, null, 0m, true, rows);
        var own = rows.SelectMany(Shares).ToList();
        var all = own.Concat(others).Where(row => !row.Item.Unlimited).ToList();
        var drawable = own.Sum(row => Math.Max(0m, row.Left) + row.Saved.Sum(saved => saved.Left));
        var priced = own.FindAll(row => row.Item.Billed == "use");
        return new Sight(
            all.Sum(row => row.Granted + row.Saved.Sum(saved => saved.Left + saved.Used)),
            all.Sum(row => Math.Max(0m, row.Left) + row.Saved.Sum(saved => saved.Left)),
            all.Sum(row => row.Granted - row.Left + row.Saved.Sum(saved => saved.Used)),
            false,
            SwitchOf(entity, feature) ?? (rows.Exists(row => row.Item.Billed == "use") || others.Exists(row => row.Item.Billed == "use" && !row.Item.Unlimited)),
            rows.Min(row => row.Resets),
            drawable + priced.Sum(row => Math.Max(0m, (row.Item.Most ?? 0m) - Math.Max(0m, -row.Left))),
            priced.Exists(row => row.Item.Most is null),
            rows);
    }

    /// <summary>What is counted of a limit in its window of now.</summary>
    public decimal Counted(int? entity, Limit limit)
    {
        var (start, used) = _windows.GetValueOrDefault(new Window(entity, limit.Feature, limit.Unit, limit.Model));
        return start == Start(entity, limit) ? used : 0m;
    }

    // An unlimited one; else the first that something was taken from; else the first credit system; else the feature's own.
    private void Answer(int? entity, List<string> tracked)
    {
        var drawn = _moves.GroupBy(move => (move.Row, move.Saved)).Select(moves => (moves.Key.Row.Item.Feature, Amount: decimal.Round(moves.Sum(move => move.Amount), 10))).Where(draw => draw.Amount != 0m).ToList();
        Answered = (tracked is [var feature] ? Of(feature) : null, drawn.Select(draw => $"{draw.Feature} {draw.Amount:0.##########}").Order(StringComparer.Ordinal));

        string? Of(string feature)
        {
            var pools = _things.Values.Where(pool => pool.Id != feature && Cost(pool.Id, feature) is not null).Select(pool => pool.Id);
            var owned = pools.Prepend(feature).Where(one => See(entity, one) is not null).ToList();
            return owned.Find(one => See(entity, one)!.Unlimited) ?? owned.Find(one => drawn.Exists(draw => draw.Feature == one && draw.Amount > 0m)) ?? owned.Find(one => one != feature) ?? owned.FirstOrDefault();
        }
    }

    private List<Row> Shares(Row row) => row.IsParent ? Rows.FindAll(share => share.Parent == row) : [row];

    private bool IsSeen(Row row, int? entity) => row.Entity == entity ? entity is not null || row.Parent is null : row.Entity is null && !row.IsParent && !Apart;

    private bool Suffices(int? entity, string feature, decimal required, string tracked, decimal units, string? model)
    {
        if (See(entity, feature) is not { } sight) return false;
        if (sight.Unlimited || required < 0m) return true;
        if (LimitsOf(entity, feature, model).Any(limit => Room(limit) < required)) return false;
        if (tracked != feature && LimitsOf(entity, tracked, model).Any(limit => Room(limit) < units)) return false;
        var rows = Own(entity, feature);
        var left = rows.Sum(row => Math.Max(0m, row.Left) + row.Saved.Sum(saved => saved.Left));
        var isPriced = rows.Exists(row => row.Item.Billed == "use");
        var isSwitched = SwitchOf(entity, feature);
        if (rows.Count == 0 || isSwitched == false || (isSwitched is null && !isPriced)) return left >= required;
        if (SpendRoom(entity, feature) is { } room) return room + left >= required;
        return !isPriced || sight.Endless || sight.Usable >= required;
    }

    // The feature's own and those of pools that it costs credits of.
    private List<Row> Candidates(int? entity, string feature) => Sorted(entity, feature, Rows.FindAll(row =>
        !row.IsParent && (row.Item.Feature == feature || Cost(row.Item.Feature, feature) is not null) && (IsSeen(row, entity) || (entity is null && row.Parent is not null))));

    private List<Row> Own(int? entity, string feature) => Candidates(entity, feature).FindAll(row => row.Item.Feature == feature);

    private decimal? Cost(string pool, string feature) => pool == feature ? 1m
        : _things[feature].Kind != "credits" && _things[pool].Costs is { } costs && costs.TryGetValue(feature, out var cost) ? cost : null;

    private List<Row> Sorted(int? entity, string feature, List<Row> rows) =>
    [
        .. rows.OrderBy(row => !row.Item.Unlimited)
            .ThenBy(row => (row.Entity is not null || row.IsParent) == entity is null)
            .ThenBy(row => row.Item.Feature != feature)
            .ThenBy(row => row.Resets is null)
            .ThenBy(Weight)
            .ThenBy(row => row.Ends ?? DateTime.MaxValue)
            .ThenBy(row => entity is null ? Entities.Find(each => each.No == row.Entity)?.Id : null, StringComparer.Ordinal)
            .ThenBy(row => row.AddOn)
            .ThenBy(row => row.Item.Billed == "use")
            .ThenBy(row => row.Made)
            .ThenBy(row => row.No),
    ];

    private static long Weight(Row row) => row.Item.Unlimited || row.Item.Unit is null ? 10_000_000L : row.Item.Count * row.Item.Unit switch
    {
        "hour" => 60L,
        "day" => 1_440L,
        "week" => 10_080L,
        "month" => 43_200L,
        "quarter" => 129_600L,
        "year" => 525_600L,
        _ => 1_000_000_000L,
    };

    /// <summary>Takes units, or gives them back; what found no place.</summary>
    /// <param name="mode">As of a track; "set" knows no bounds, "set grant" leaves what was saved, "all" is overflow that asks no controls, "cap free" cap that asks none.</param>
    private decimal Take(int? entity, string feature, decimal units, string mode, string? model, List<Row>? among = null)
    {
        var rows = among ?? Candidates(entity, feature);
        var asks = mode is "cap" or "reject" or "overflow";
        if (rows.Count == 0 || units == 0m) return units;
        if (rows[0].Item.Unlimited)
        {
            Move(rows[0], null, units, units * Cost(rows[0].Item.Feature, feature)!.Value);
            return 0m;
        }

        if (units < 0m)
        {
            foreach (var row in rows) units = Give(row, Math.Min(0m, row.Granted), units);
            foreach (var row in rows.Where(_ => !mode.StartsWith("set", StringComparison.Ordinal))) units = Give(row, row.Granted, units);
        }
        else
        {
            var saved = rows.SelectMany(row => row.Saved.Select(saved => (row, saved))).OrderBy(pair => pair.saved.Ends ?? DateTime.MaxValue);
            if (mode != "set grant")
            {
                foreach (var (row, one) in saved) units = Serve(row, one, one.Left, units);
            }

            foreach (var row in rows) units = Serve(row, null, Math.Max(0m, row.Left), units);
            foreach (var row in rows.Where(row => mode is not ("overflow" or "all" or "set" or "set grant") && MayOwe(row)))
                units = Serve(row, null, (asks ? SpendRoom(entity, row.Item.Feature) : null) ?? (row.Item is { Billed: "use", Most: { } most } ? Math.Max(0m, most + row.Left) : decimal.MaxValue), units);
        }

        if (mode is "overflow" or "all" && units > 0m)
            units = Serve(rows[0], null, (asks ? SpendRoom(entity, rows[0].Item.Feature) : null) ?? decimal.MaxValue, units);
        if (mode.StartsWith("set", StringComparison.Ordinal) && units != 0m)
        {
            Move(rows[0], null, units, units);
            units = 0m;
        }

        if (!asks) Round();
        return Math.Abs(units) < 0.00000000005m ? 0m : units;

        bool MayOwe(Row row) => (asks ? SwitchOf(entity, row.Item.Feature) : null) switch
        {
            false => false,
            true => row.Item.Billed == "use" || !rows.Exists(other => other.Item.Feature == row.Item.Feature && other.Item.Billed == "use"),
            null => row.Item.Billed == "use" || (_things[row.Item.Feature].Kind == "seats" && row.Item.Billed is null && mode != "reject"),
        };

        decimal Serve(Row row, Saved? saved, decimal room, decimal wanted)
        {
            var cost = Cost(row.Item.Feature, feature)!.Value;
            var limits = !asks ? [] : LimitsOf(entity, feature, model).Where(_ => _things[feature].Kind != "credits").Select(limit => (limit, 1m))
                .Concat(LimitsOf(entity, row.Item.Feature, model).Where(_ => _things[row.Item.Feature].Kind == "credits" && saved is null && cost > 0m).Select(limit => (limit, cost))).ToList();
            var served = wanted;
            if (mode != "overflow") foreach (var (limit, each) in limits) served = Math.Min(served, Room(limit) / each);
            if (served <= 0m) return wanted;
            var amount = served * cost;
            if (amount > room) (served, amount) = (room / cost, room);
            if (served <= 0m) return wanted;
            foreach (var (limit, each) in limits) Count(limit, served * each);
            Move(row, saved, served, amount);
            return wanted - served;
        }

        decimal Give(Row row, decimal ceiling, decimal wanted)
        {
            var cost = Cost(row.Item.Feature, feature)!.Value;
            var room = ceiling - row.Left;
            if (room <= 0m || wanted == 0m || cost == 0m) return wanted;
            var given = Math.Min(-wanted * cost, room);
            Move(row, null, -given / cost, -given);
            return given == room && given < -wanted * cost ? wanted + (given / cost) : 0m;
        }
    }

    private void Move(Row row, Saved? saved, decimal units, decimal amount)
    {
        if (saved is null)
            row.Left -= amount;
        else
            (saved.Left, saved.Used) = (saved.Left - amount, saved.Used + amount);
        _moves.Add(new Move(row, saved, units, amount));
    }

    // The difference to what was held: undone from the last step on, or taken in addition.
    private void Adjust(Hold hold, decimal final)
    {
        if (final == hold.Value) return;
        var entity = Entities.Exists(each => each.No == hold.Entity) ? hold.Entity : null;
        var taken = hold.Moves.Sum(move => move.Units);
        var turned = final != 0m && hold.Value != 0m && Math.Sign(final) != Math.Sign(hold.Value);
        var kept = turned ? 0m : taken >= 0m ? Math.Min(taken, Math.Max(0m, final)) : Math.Max(taken, Math.Min(0m, final));
        var (over, lost) = (taken - kept, 0m);
        foreach (var move in Enumerable.Reverse(hold.Moves).Where(move => move.Units != 0m))
        {
            var units = Math.Abs(move.Units) < Math.Abs(over) ? move.Units : over;
            over -= units;
            var amount = move.Amount * units / move.Units;
            var isThere = Rows.Contains(move.Row) && (move.Saved is null || move.Row.Saved.Contains(move.Saved));
            if (!isThere) lost += units;
            if (!isThere || amount == 0m) continue;
            if (amount > 0m && move.Saved is null && !move.Row.Item.Unlimited) amount = Math.Min(amount, Math.Max(0m, move.Row.Granted - move.Row.Left));
            if (amount < 0m && !move.Row.Item.Unlimited) amount = -Math.Min(-amount, Math.Max(0m, move.Row.Left));
            Move(move.Row, move.Saved, -units, -amount);
        }

        if (lost != 0m) Take(entity, hold.Feature, -lost, "cap", null);
        if (final != kept) Take(entity, hold.Feature, final - kept, "cap", null);
        foreach (var (of, start, amount) in hold.Windows)
        {
            if (taken != 0m && _windows.TryGetValue(of, out var window) && window.Start == start) _windows[of] = (start, Math.Max(0m, window.Used - (amount * (taken - kept) / taken)));
        }

        Round();
    }
}
