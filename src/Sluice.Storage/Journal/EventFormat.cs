using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Each event under its own name. A name is never reused; an unknown one is an exception, never skipped.</summary>
internal static class EventFormat
{
    /// <param name="at">The moment of the entry; a usage of the same moment does not repeat it.</param>
    public static void Write(Utf8JsonWriter to, CustomerEvent happened, Instant at)
    {
        to.WriteStartObject();
        switch (happened)
        {
            case CustomerEvent.Created e:
                to.Text("type"u8, "created");
                to.WriteNumber("key"u8, e.Key.Value);
                HoldingsFormat.WriteProfile(to, e.Profile);
                break;
            case CustomerEvent.ProfileChanged e:
                to.Text("type"u8, "profile_changed");
                HoldingsFormat.WriteProfile(to, e.Profile);
                break;
            case CustomerEvent.Deleted:
                to.Text("type"u8, "deleted");
                break;
            case CustomerEvent.PlanAttached e:
                to.Text("type"u8, "plan_attached");
                to.WritePropertyName("subscription"u8);
                HoldingsFormat.WriteSubscription(to, e.Subscription);
                WriteList(to, "grants"u8, e.Grants, HoldingsFormat.WriteGrant);
                break;
            case CustomerEvent.PlanEnded e:
                to.Text("type"u8, "plan_ended");
                to.WriteNumber("subscription"u8, e.Subscription.Value);
                to.Text("plan"u8, e.Plan.Value);
                to.WriteNumber("version"u8, e.Version);
                break;
            case CustomerEvent.GrantOpened e:
                to.Text("type"u8, "grant_opened");
                to.WritePropertyName("grant"u8);
                HoldingsFormat.WriteGrant(to, e.Grant);
                break;
            case CustomerEvent.GrantClosed e:
                to.Text("type"u8, "grant_closed");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Text("why"u8, Words.Of(e.Why));
                break;
            case CustomerEvent.GrantReset e:
                to.Text("type"u8, "grant_reset");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Amount("balance"u8, e.Balance);
                to.Moment("next_reset_at"u8, e.NextResetAt);
                break;
            case CustomerEvent.GrantAdjusted e:
                to.Text("type"u8, "grant_adjusted");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Amount("adjustment"u8, e.Adjustment);
                break;
            case CustomerEvent.GrantRescheduled e:
                to.Text("type"u8, "grant_rescheduled");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Moment("anchor"u8, e.Anchor);
                to.Moment("next_reset_at"u8, e.NextResetAt);
                to.Moment("expires_at"u8, e.ExpiresAt);
                break;
            case CustomerEvent.BalanceSet e:
                to.Text("type"u8, "balance_set");
                WriteList(to, "draws"u8, e.Draws, HoldingsFormat.WriteDraw);
                break;
            case CustomerEvent.Used e:
                to.Text("type"u8, "used");
                to.Text("feature"u8, e.Feature);
                to.Amount("value"u8, e.Value);
                to.Moment("used_at"u8, e.UsedAt == at ? null : e.UsedAt);
                WriteList(to, "draws"u8, e.Draws, HoldingsFormat.WriteDraw);
                if (!e.Listed) to.WriteBoolean("listed"u8, false);
                break;
            default:
                throw new InvariantViolation($"the journal has no name for {happened.GetType().Name}");
        }

        to.WriteEndObject();
    }

    /// <param name="properties">Of the entry's usage; they stand beside the body.</param>
    public static CustomerEvent Read(JsonElement from, Instant at, JsonText? properties, Terms terms) => from.Text("type"u8) switch
    {
        "created" => new CustomerEvent.Created(new CustomerKey(from.Long("key"u8)), HoldingsFormat.ReadProfile(from)),
        "profile_changed" => new CustomerEvent.ProfileChanged(HoldingsFormat.ReadProfile(from)),
        "deleted" => new CustomerEvent.Deleted(),
        "plan_attached" => new CustomerEvent.PlanAttached(
            HoldingsFormat.ReadSubscription(from.GetProperty("subscription"u8)),
            from.List("grants"u8, grant => HoldingsFormat.ReadGrant(grant, terms))),
        "plan_ended" => new CustomerEvent.PlanEnded(
            new SubscriptionNo(from.Number("subscription"u8)), new PlanId(from.Text("plan"u8)), from.Number("version"u8)),
        "grant_opened" => new CustomerEvent.GrantOpened(HoldingsFormat.ReadGrant(from.GetProperty("grant"u8), terms)),
        "grant_closed" => new CustomerEvent.GrantClosed(GrantOf(from), Words.ToGrantEnd(from.Text("why"u8))),
        "grant_reset" => new CustomerEvent.GrantReset(GrantOf(from), from.Amount("balance"u8), from.MomentOrNone("next_reset_at"u8)),
        "grant_adjusted" => new CustomerEvent.GrantAdjusted(GrantOf(from), from.Amount("adjustment"u8)),
        "grant_rescheduled" => new CustomerEvent.GrantRescheduled(
            GrantOf(from), from.Moment("anchor"u8), from.MomentOrNone("next_reset_at"u8), from.MomentOrNone("expires_at"u8)),
        "balance_set" => new CustomerEvent.BalanceSet(from.List("draws"u8, HoldingsFormat.ReadDraw)),
        "used" => new CustomerEvent.Used(
            from.Text("feature"u8),
            from.Amount("value"u8),
            from.MomentOrNone("used_at"u8) ?? at,
            properties,
            from.List("draws"u8, HoldingsFormat.ReadDraw),
            from.Flag("listed"u8, whenAbsent: true)),
        var name => throw new InvariantViolation($"unknown event \"{name}\" in the journal: was it written by a newer Sluice?"),
    };

    private static GrantNo GrantOf(JsonElement from) => new(from.Number("grant"u8));

    private static void WriteList<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsDefaultOrEmpty) return;
        to.WriteStartArray(name);
        foreach (var item in items) write(to, item);
        to.WriteEndArray();
    }
}
