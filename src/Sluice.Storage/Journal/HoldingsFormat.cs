using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What a customer is and holds: profile, held plans, grants, and draws on them.</summary>
internal static class HoldingsFormat
{
    /// <summary>The members of what a customer or an entity holds.</summary>
    public static void Write(Utf8JsonWriter to, Holdings own)
    {
        to.WriteStartArray("subscriptions"u8);
        foreach (var held in own.Subscriptions) WriteSubscription(to, held);
        to.WriteEndArray();
        to.WriteStartArray("grants"u8);
        foreach (var grant in own.Grants) WriteGrant(to, grant);
        to.WriteEndArray();
        if (own.Controls != BillingControls.None) ControlsFormat.Write(to, "controls"u8, own.Controls);
        WriteList(to, "windows"u8, own.Windows, ControlsFormat.WriteWindow);
    }

    public static Holdings Read(JsonElement from, Terms terms) => new(
        from.List("subscriptions"u8, ReadSubscription),
        from.List("grants"u8, grant => ReadGrant(grant, terms)),
        ControlsFormat.Read(from, "controls"u8) ?? BillingControls.None,
        from.List("windows"u8, ControlsFormat.ReadWindow));

    public static void WriteProfile(Utf8JsonWriter to, Profile profile)
    {
        to.WriteStartObject("profile"u8);
        to.Text("id"u8, profile.Id);
        to.Text("name"u8, profile.Name);
        to.Text("email"u8, profile.Email);
        to.Text("fingerprint"u8, profile.Fingerprint);
        to.Text("stripe_id"u8, profile.StripeId);
        to.Json("metadata"u8, profile.Metadata);
        to.Flag("send_email_receipts"u8, profile.SendEmailReceipts);
        to.WriteEndObject();
    }

    public static Profile ReadProfile(JsonElement owner)
    {
        var from = owner.GetProperty("profile"u8);
        return new Profile(
            from.TextOrNone("id"u8),
            from.TextOrNone("name"u8),
            from.TextOrNone("email"u8),
            from.TextOrNone("fingerprint"u8),
            from.TextOrNone("stripe_id"u8),
            from.Json("metadata"u8),
            from.Flag("send_email_receipts"u8));
    }

    public static void WriteConfig(Utf8JsonWriter to, CustomerConfig config)
    {
        to.WriteStartObject("config"u8);
        to.Flag("disable_pooled_balance"u8, config.DisablePooledBalance);
        to.Flag("disable_overage_billing"u8, config.DisableOverageBilling);
        to.WriteEndObject();
    }

    /// <summary>The default when there is none.</summary>
    public static CustomerConfig ReadConfig(JsonElement owner) => owner.TryGetProperty("config"u8, out var from)
        ? new CustomerConfig(from.Flag("disable_pooled_balance"u8), from.Flag("disable_overage_billing"u8))
        : CustomerConfig.Default;

    public static void WriteSubscription(Utf8JsonWriter to, Subscription held)
    {
        to.WriteStartObject();
        to.WriteNumber("no"u8, held.No.Value);
        to.Text("caller_id"u8, held.CallerId);
        to.Text("plan"u8, held.Plan.Value);
        to.WriteNumber("version"u8, held.Version);
        to.Text("group"u8, held.Group);
        to.Flag("add_on"u8, held.AddOn);
        to.Flag("auto_enable"u8, held.AutoEnable);
        to.Flag("one_off"u8, held.OneOff);
        to.WriteNumber("quantity"u8, held.Quantity);
        to.Moment("started_at"u8, held.StartedAt);
        WriteEntityNo(to, "entity"u8, held.Entity);
        to.Flag("license"u8, held.IsLicense);
        to.WriteEndObject();
    }

    public static Subscription ReadSubscription(JsonElement from) => new(
        new SubscriptionNo(from.Number("no"u8)),
        from.TextOrNone("caller_id"u8),
        new PlanId(from.Text("plan"u8)),
        from.Number("version"u8),
        from.TextOrNone("group"u8),
        from.Flag("add_on"u8),
        from.Flag("auto_enable"u8),
        from.Flag("one_off"u8),
        from.Number("quantity"u8),
        from.Moment("started_at"u8))
    {
        Entity = ReadEntityNo(from, "entity"u8),
        IsLicense = from.Flag("license"u8),
    };

    public static void WriteGrant(Utf8JsonWriter to, Grant grant)
    {
        to.WriteStartObject();
        to.WriteNumber("no"u8, grant.No.Value);
        to.Text("balance_id"u8, grant.BalanceId);
        if (grant.Subscription is { } held) to.WriteNumber("subscription"u8, held.Value);
        to.Text("plan"u8, grant.Plan?.Value);
        to.Flag("add_on"u8, grant.AddOn);
        to.WritePropertyName("terms"u8);
        TermsFormat.WriteReference(to, grant.Terms);
        to.Amount("included"u8, grant.Included);
        to.AmountOrNone("prepaid"u8, grant.Prepaid.IsZero ? null : grant.Prepaid);
        to.AmountOrNone("adjustment"u8, grant.Adjustment.IsZero ? null : grant.Adjustment);
        to.Amount("balance"u8, grant.Balance);
        to.Moment("anchor"u8, grant.Anchor);
        to.Moment("next_reset_at"u8, grant.NextResetAt);
        to.Moment("expires_at"u8, grant.ExpiresAt);
        to.Moment("created_at"u8, grant.CreatedAt);
        WriteEntityNo(to, "entity"u8, grant.Entity);
        if (grant.Parent is { } parent) to.WriteNumber("parent"u8, parent.Value);
        WriteList(to, "rollovers"u8, grant.Rollovers, WriteRollover);
        WriteList(to, "parts"u8, grant.Parts, WritePart);
        to.WriteEndObject();
    }

    public static Grant ReadGrant(JsonElement from, Terms terms) => new(
        new GrantNo(from.Number("no"u8)),
        from.TextOrNone("balance_id"u8),
        from.TryGetProperty("subscription"u8, out var held) ? new SubscriptionNo(held.GetInt32()) : null,
        from.PlanOrNone("plan"u8),
        from.Flag("add_on"u8),
        TermsFormat.ReadReference(from.GetProperty("terms"u8), terms),
        from.Amount("included"u8),
        from.AmountOrNone("prepaid"u8) ?? Quantity.Zero,
        from.AmountOrNone("adjustment"u8) ?? Quantity.Zero,
        from.Amount("balance"u8),
        from.Moment("anchor"u8),
        from.MomentOrNone("next_reset_at"u8),
        from.MomentOrNone("expires_at"u8),
        from.Moment("created_at"u8))
    {
        Entity = ReadEntityNo(from, "entity"u8),
        Parent = from.TryGetProperty("parent"u8, out var parent) ? new GrantNo(parent.GetInt32()) : null,
        Rollovers = from.List("rollovers"u8, ReadRollover),
        Parts = from.List("parts"u8, ReadPart),
    };

    public static void WriteRollover(Utf8JsonWriter to, RolledOver rollover)
    {
        to.WriteStartObject();
        to.WriteNumber("no"u8, rollover.No);
        to.Amount("balance"u8, rollover.Balance);
        to.AmountOrNone("used"u8, rollover.Used.IsZero ? null : rollover.Used);
        to.Moment("expires_at"u8, rollover.ExpiresAt);
        to.WriteEndObject();
    }

    public static RolledOver ReadRollover(JsonElement from) => new(
        from.Number("no"u8), from.Amount("balance"u8), from.AmountOrNone("used"u8) ?? Quantity.Zero, from.MomentOrNone("expires_at"u8));

    public static void WritePart(Utf8JsonWriter to, PoolPart part)
    {
        to.WriteStartObject();
        to.WriteNumber("from"u8, part.From.Value);
        WriteEntityNo(to, "entity"u8, part.Entity);
        to.Amount("amount"u8, part.Amount);
        to.WriteEndObject();
    }

    public static PoolPart ReadPart(JsonElement from) => new(new SubscriptionNo(from.Number("from"u8)), ReadEntityNo(from, "entity"u8)!.Value, from.Amount("amount"u8));

    public static void WriteEntityNo(Utf8JsonWriter to, ReadOnlySpan<byte> name, EntityNo? entity)
    {
        if (entity is { } no) to.WriteNumber(name, no.Value);
    }

    public static EntityNo? ReadEntityNo(JsonElement from, ReadOnlySpan<byte> name) => from.TryGetProperty(name, out var no) ? new EntityNo(no.GetInt32()) : null;

    /// <summary>An empty list is left out.</summary>
    public static void WriteList<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsDefaultOrEmpty) return;
        to.WriteStartArray(name);
        foreach (var item in items) write(to, item);
        to.WriteEndArray();
    }

    public static void WriteDraw(Utf8JsonWriter to, Draw draw)
    {
        to.WriteStartObject();
        to.WriteNumber("grant"u8, draw.Grant.Value);
        to.Text("balance_id"u8, draw.BalanceId);
        to.Text("feature"u8, draw.Feature.Value);
        to.Text("plan"u8, draw.Plan?.Value);
        to.Every("reset"u8, draw.Reset);
        to.Moment("resets_at"u8, draw.ResetsAt);
        to.Amount("amount"u8, draw.Amount);
        WriteEntityNo(to, "entity"u8, draw.Entity);
        if (draw.Rollover is { } rollover) to.WriteNumber("rollover"u8, rollover);
        if (draw.Parent is { } parent) to.WriteNumber("parent"u8, parent.Value);
        to.WriteEndObject();
    }

    public static Draw ReadDraw(JsonElement from) => new(
        new GrantNo(from.Number("grant"u8)),
        from.TextOrNone("balance_id"u8),
        from.Feature("feature"u8),
        from.PlanOrNone("plan"u8),
        from.EveryOrNone("reset"u8),
        from.MomentOrNone("resets_at"u8),
        from.Amount("amount"u8),
        ReadEntityNo(from, "entity"u8),
        from.TryGetProperty("rollover"u8, out var rollover) ? rollover.GetInt32() : null,
        from.TryGetProperty("parent"u8, out var parent) ? new GrantNo(parent.GetInt32()) : null);
}
