namespace Sluice.Core;

/// <summary>
/// The windows of usage limits that one amount of a feature passes through. A limit on a metered feature counts its units,
/// whatever serves them (one on an AI credit system its USD); a limit on a credit system counts credits, and only those of its grants' own balances.
/// </summary>
internal readonly struct Gate
{
    public static readonly Gate Open = default;

    private readonly Bounds? _bounds;
    private readonly IReadOnlyList<OpenWindow> _ofUnits;
    private readonly bool _isCredits;
    private readonly bool _isBypassed;

    private Gate(Bounds bounds, Feature feature, bool isBypassed) =>
        (_bounds, _ofUnits, _isCredits, _isBypassed) =
            (bounds, feature.Type == FeatureType.CreditSystem ? [] : bounds.Windows(feature.Id), feature.Type == FeatureType.CreditSystem, isBypassed);

    /// <param name="isBypassed">Nothing is held back, but everything is counted.</param>
    public static Gate Of(Bounds? bounds, Feature feature, bool isBypassed) => bounds is null ? Open : new Gate(bounds, feature, isBypassed);

    /// <summary>How many of the units may be offered to a grant.</summary>
    public decimal Offer(Source source, bool isSaved, decimal units)
    {
        if (_bounds is null || _isBypassed) return units;
        foreach (var window in _ofUnits) units = Math.Min(units, window.Left);
        foreach (var window in OfCredits(source, isSaved))
        {
            if (source.Rate.Credits(units) > window.Left) units = source.Rate.Units(window.Left);
        }

        return units;
    }

    /// <summary>Counts what a grant served.</summary>
    public void Count(Source source, bool isSaved, decimal units, decimal credits)
    {
        if (_bounds is null) return;
        foreach (var window in _ofUnits) window.Counted += units;
        foreach (var window in OfCredits(source, isSaved)) window.Counted += credits;
    }

    private IReadOnlyList<OpenWindow> OfCredits(Source source, bool isSaved) =>
        !isSaved && !source.Rate.IsFree && (_isCredits || source.IsPool) ? _bounds!.Windows(source.Grant.Feature) : [];
}
