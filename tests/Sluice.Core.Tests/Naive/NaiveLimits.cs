namespace Naive;

/// <summary>Limits, and what time does by itself.</summary>
public sealed partial class NaiveCustomer
{
    public void AdvanceTo(DateTime to)
    {
        while (true)
        {
            var row = Rows.Where(row => Due(row) <= to).MinBy(Due);
            var hold = _holds.Where(hold => hold.Ends <= to).OrderBy(hold => hold.Ends).ThenBy(hold => hold.Id, StringComparer.Ordinal).FirstOrDefault();
            if (row is null && hold is null) break;
            if (row is not null && !(hold?.Ends < Due(row)))
            {
                Happen(row, Due(row)!.Value);
                continue;
            }

            Now = hold!.Ends;
            _holds.Remove(hold);
            if (hold.Releases) Adjust(hold, 0m);
        }

        Now = to;
    }

    private static DateTime? Due(Row row) => ((DateTime?[])[row.Resets, row.Ends, .. row.Saved.Select(saved => saved.Ends)]).Min();

    private void Happen(Row row, DateTime at)
    {
        if (row.Ends <= at)
        {
            Rows.RemoveAll(one => one == row || one.Parent == row);
            return;
        }

        row.Saved.RemoveAll(saved => saved.Ends <= at);
        if (row.Resets != at) return;
        if (row.Item.Saves is { } rule && !row.IsParent) Save(row, rule, at);
        (row.Left, row.Adjusted) = (row.Included + row.Bought, 0m);
        row.Resets = Boundary(row.Anchor, row.Item, ++row.Cycle);
    }

    private static void Save(Row row, Saving rule, DateTime at)
    {
        row.Saved.RemoveAll(saved => saved.Left <= 0m);
        DateTime? ends = rule.Months is { } months ? at.AddMonths(months) : null;
        var isKeptTogether = ends is null && rule is { Most: null, Percent: null };
        if (row.Left > 0m)
        {
            // What ends on one day ends together, with the last of it; so does what never ends and has no cap.
            var last = row.Saved.FindLast(saved => ends is null ? isKeptTogether && saved.Ends is null : saved.Ends?.Date == ends.Value.Date);
            if (last is not null)
                (last.Left, last.Ends) = (last.Left + row.Left, last.Ends > ends ? last.Ends : ends);
            else
                row.Saved.Add(new Saved { Left = row.Left, Ends = ends });
        }

        Trim(row, rule);
    }

    // What ends first goes first.
    private static void Trim(Row row, Saving rule)
    {
        var most = rule.Most ?? (rule.Percent is { } percent ? Math.Floor((row.Included + row.Bought) * percent / 100m) : decimal.MaxValue);
        while (row.Saved.Sum(saved => saved.Left) > most)
        {
            var first = row.Saved.Where(saved => saved.Left > 0m).MinBy(saved => saved.Ends ?? DateTime.MaxValue)!;
            first.Left -= Math.Min(row.Saved.Sum(saved => saved.Left) - most, first.Left);
            if (first.Left == 0m) row.Saved.Remove(first);
        }
    }

    private static DateTime Boundary(DateTime anchor, Item item, int k) => Plus(anchor, item.Unit!, item.Count * k);

    private static DateTime Plus(DateTime from, string unit, int count) => unit switch
    {
        "hour" => from.AddHours(count),
        "day" => from.AddDays(count),
        "week" => from.AddDays(7 * count),
        "month" => from.AddMonths(count),
        "quarter" => from.AddMonths(3 * count),
        "year" => from.AddMonths(12 * count),
        _ => throw new ArgumentException(unit),
    };

    // An entity's entries for a feature stand before the customer's, and these before those of plans, for each model by itself.
    private IEnumerable<(int? Entity, Limit Limit)> LimitsOf(int? entity, string feature, string? model)
    {
        List<Limit> Of(Limit[]? limits) => limits?.Where(limit => limit.Feature == feature).ToList() ?? [];
        var (own, customers) = (entity is { } no ? Of(_controls[no].Limits) : [], Of(_controls[0].Limits));
        var plans = RulesOfPlans(entity).SelectMany(rules => Of(rules.Limits)).Where(limit => limit.On)
            .GroupBy(limit => (limit.Model, limit.Unit)).Select(same => same.MinBy(limit => limit.Most)!);
        return own.Select(limit => (entity, limit))
            .Concat(customers.Where(limit => !own.Exists(one => one.Model == limit.Model)).Select(limit => ((int?)null, limit)))
            .Concat(plans.Where(limit => !own.Concat(customers).Any(one => one.Model == limit.Model)).Select(limit => ((int?)null, limit)))
            .Where(pair => pair.Item2.On && (pair.Item2.Model is null || pair.Item2.Model == model));
    }

    private List<Rules> RulesOfPlans(int? entity) =>
        [.. _held.Where(held => entity is not null && held.Entity == entity).Concat(_held.Where(held => held.Entity is null)).Select(held => held.Offer.Rules)];

    private decimal Room((int? Entity, Limit Limit) of) => Math.Max(0m, of.Limit.Most - Counted(of.Entity, of.Limit));

    private void Count((int? Entity, Limit Limit) of, decimal amount)
    {
        var (window, start) = (new Window(of.Entity, of.Limit.Feature, of.Limit.Unit, of.Limit.Model), Start(of.Entity, of.Limit));
        _windows[window] = (start, Counted(of.Entity, of.Limit) + amount);
        _counted.Add((window, start, amount));
    }

    // The window of now: in step with one of the balances that serve the feature, or with the calendar.
    private DateTime Start(int? entity, Limit limit)
    {
        var anchor = Rows.Where(row => IsSeen(row, entity) && Cost(row.Item.Feature, limit.Feature) is not null && row.Item.Unit is not null and not "one_off" && !row.Item.Unlimited)
            .OrderBy(row => row.Plan is null).ThenBy(row => row.AddOn).ThenBy(row => row.Made).ThenBy(row => row.No).FirstOrDefault()?.Anchor;
        if (limit.Calendar || anchor is null)
        {
            var day = Now.Date;
            return limit.Unit switch
            {
                "day" => day,
                "week" => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
                "month" => new DateTime(day.Year, day.Month, 1),
                _ => new DateTime(day.Year, 1, 1),
            };
        }

        var k = 0;
        while (Plus(anchor.Value, limit.Unit, k + 1) <= Now) k++;
        while (Plus(anchor.Value, limit.Unit, k) > Now) k--;
        return Plus(anchor.Value, limit.Unit, k);
    }

    // Of several plans the strictest holds.
    private bool? SwitchOf(int? entity, string feature)
    {
        var own = entity is { } no ? _controls[no].Switches!.FirstOrDefault(one => one.Feature == feature) : null;
        own ??= _controls[0].Switches!.FirstOrDefault(one => one.Feature == feature);
        return (own ?? RulesOfPlans(entity).SelectMany(rules => rules.Switches ?? []).Where(one => one.Feature == feature).MinBy(one => one.On))?.On;
    }

    // Units of overage that may be added; null when no limit says.
    private decimal? SpendRoom(int? entity, string feature)
    {
        var own = entity is { } no ? _controls[no].Spends!.FirstOrDefault(one => one.Feature == feature) : null;
        var customers = own ?? _controls[0].Spends!.FirstOrDefault(one => one.Feature == feature);
        var spends = customers is not null ? [customers] : RulesOfPlans(entity).SelectMany(rules => rules.Spends ?? []).Where(one => one.Feature == feature);
        return spends.Where(spend => spend.On).Min(spend => SpendRoom(spend, own is null ? null : entity));
    }

    private decimal? SpendRoom(Spend spend, int? entity)
    {
        var rows = Rows.FindAll(row => row.Item.Feature == spend.Feature && !row.Item.Unlimited && !row.IsParent && (entity is null || row.Entity == entity));
        var whole = rows.Where(row => row.Held is not null && !row.AddOn && row.Item.Unit is not null and not "one_off").Sum(row => row.Included);
        if (spend.Percent && whole == 0m) return null;
        return Math.Max(0m, (spend.Percent ? spend.Most * whole / 100m : spend.Most) - rows.Sum(row => Math.Max(0m, -row.Left)));
    }

    // Balances are kept with ten decimals.
    private void Round()
    {
        foreach (var row in Rows)
        {
            row.Left = decimal.Round(row.Left, 10);
            foreach (var saved in row.Saved) (saved.Left, saved.Used) = (decimal.Round(saved.Left, 10), decimal.Round(saved.Used, 10));
        }

        foreach (var (window, (start, used)) in _windows.ToList()) _windows[window] = (start, decimal.Round(used, 10));
    }

    private (List<(Row, decimal)> Rows, List<(Saved, decimal, decimal)> Saved, Dictionary<Window, (DateTime, decimal)> Windows) Copy() =>
        (Rows.ConvertAll(row => (row, row.Left)), [.. Rows.SelectMany(row => row.Saved.Select(saved => (saved, saved.Left, saved.Used)))], new(_windows));

    private void Restore((List<(Row, decimal)> Rows, List<(Saved, decimal, decimal)> Saved, Dictionary<Window, (DateTime Start, decimal Used)> Windows) before)
    {
        foreach (var (row, left) in before.Rows) row.Left = left;
        foreach (var (saved, left, used) in before.Saved) (saved.Left, saved.Used) = (left, used);
        _windows.Clear();
        foreach (var (window, count) in before.Windows) _windows.Add(window, count);
    }
}
