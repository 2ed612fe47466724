using Sluice.Core;
using Sluice.Server.Api.Controls;
using Sluice.Storage;

namespace Sluice.Server.Api.Plans;

/// <summary>The fields of plans as callers send them.</summary>
internal static class PlanFields
{
    /// <summary>REST callers say "id".</summary>
    public static PlanId Id(Body body, bool rest = false) => new(body.RequiredText(rest && !body.Has("plan_id") ? "id" : "plan_id"));

    /// <param name="proratesSeats">Callers of this version may charge seats when they are taken.</param>
    public static CreatePlan Create(Body body, PlanId id, bool proratesSeats = false)
    {
        Ignored(body);
        body.Later("variants", "base_plan_id", "migration", "update_variant_ids", "update_license_parents");
        return new CreatePlan(id, body.RequiredText("name"))
        {
            Description = body.Text("description", nullable: true),
            Group = body.Text("group", nullable: true),
            AddOn = body.Flag("add_on", otherwise: false),
            AutoEnable = body.Flag("auto_enable", otherwise: false),
            Price = ItemFields.BasePrice(body),
            Items = ItemFields.Read(body, proratesSeats: proratesSeats) ?? [],
            FreeTrial = FreeTrial(body),
            IgnorePastDue = IgnorePastDue(body) ?? false,
            Controls = ControlFields.Read(body),
            Licenses = Licenses(body),
            Metadata = body.Shaped("metadata", Shape.AnyObject, nullable: true),
        };
    }

    public static UpdatePlan Update(Body body, PlanId id, PlanId? newId, bool proratesSeats = false)
    {
        Ignored(body);
        body.Later("variants", "base_plan_id", "migration", "update_variant_ids", "update_license_parents", "is_default");
        var trial = FreeTrial(body);
        return new UpdatePlan(id)
        {
            Version = body.WholeNumber("version", min: 1),
            NewId = newId,
            Name = body.Text("name", minLength: 1),
            Description = Said(body, "description", body.Text("description", nullable: true)),
            Group = Said(body, "group", body.Text("group", nullable: true)),
            AddOn = body.Flag("add_on"),
            AutoEnable = body.Flag("auto_enable"),
            Price = Said(body, "price", ItemFields.BasePrice(body)),
            Items = ItemFields.Read(body, proratesSeats: proratesSeats),
            FreeTrial = Said(body, "free_trial", trial),
            IgnorePastDue = IgnorePastDue(body),
            Controls = Said(body, "billing_controls", ControlFields.Read(body)),
            Licenses = Said(body, "licenses", Licenses(body)),
            Metadata = Said(body, "metadata", body.Shaped("metadata", Shape.AnyObject, nullable: true)),
            Archived = body.Flag("archived"),
            DisableVersion = body.Flag("disable_version", otherwise: false),
            ForceVersion = body.Flag("force_version", otherwise: false),
            AllVersions = body.Flag("all_versions", otherwise: false),
        };
    }

    // Clients send it with every plan; nothing is mirrored to a payment provider.
    private static void Ignored(Body body) => _ = body.Flag("create_in_stripe");

    // A list with nothing in it says nothing.
    private static PlanLicenses? Licenses(Body body) =>
        body.Shaped("licenses", PlanShapes.Licenses, nullable: true) is { } sent && body.Refusal is null && LicensesFormat.Of(sent) is { Offers.IsEmpty: false } licenses ? licenses : null;

    /// <summary>What was sent, null included, or nothing said.</summary>
    public static Change<T> Said<T>(Body body, string field, T value) => body.IsSent(field) ? value : default(Change<T>);

    private static bool? IgnorePastDue(Body body) => body.Object("config", nullable: true)?.Flag("ignore_past_due");

    /// <summary>The field free_trial; null when it is not sent, and when it is null.</summary>
    public static FreeTrial? FreeTrial(Body body)
    {
        if (body.Object("free_trial", nullable: true) is not { } sent) return null;
        return new FreeTrial(
            sent.WholeNumber("duration_length", required: true) ?? 1,
            sent.Choice("duration_type", Words.TrialUnits) ?? TrialUnit.Month,
            sent.Flag("card_required", otherwise: true),
            sent.Has("on_end") ? sent.Choice("on_end", Words.TrialEnds) : null);
    }
}
