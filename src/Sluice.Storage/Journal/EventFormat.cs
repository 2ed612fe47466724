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
                HoldingsFormat.WriteList(to, "grants"u8, e.Grants, HoldingsFormat.WriteGrant);
                break;
            case CustomerEvent.PlanEnded e:
                to.Text("type"u8, "plan_ended");
                to.WriteNumber("subscription"u8, e.Subscription.Value);
                to.Text("plan"u8, e.Plan.Value);
                to.WriteNumber("version"u8, e.Version);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
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
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                break;
            case CustomerEvent.GrantReset e:
                to.Text("type"u8, "grant_reset");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Amount("balance"u8, e.Balance);
                to.Moment("next_reset_at"u8, e.NextResetAt);
                HoldingsFormat.WriteList(to, "rollovers"u8, e.Rollovers, HoldingsFormat.WriteRollover);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                break;
            case CustomerEvent.RolloversExpired e:
                to.Text("type"u8, "rollovers_expired");
                to.WriteNumber("grant"u8, e.Grant.Value);
                HoldingsFormat.WriteList(to, "left"u8, e.Left, HoldingsFormat.WriteRollover);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                break;
            case CustomerEvent.GrantAdjusted e:
                to.Text("type"u8, "grant_adjusted");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Amount("adjustment"u8, e.Adjustment);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                break;
            case CustomerEvent.GrantRescheduled e:
                to.Text("type"u8, "grant_rescheduled");
                to.WriteNumber("grant"u8, e.Grant.Value);
                to.Moment("anchor"u8, e.Anchor);
                to.Moment("next_reset_at"u8, e.NextResetAt);
                to.Moment("expires_at"u8, e.ExpiresAt);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                break;
            case CustomerEvent.BalanceSet e:
                to.Text("type"u8, "balance_set");
                HoldingsFormat.WriteList(to, "draws"u8, e.Draws, HoldingsFormat.WriteDraw);
                break;
            case CustomerEvent.Used e:
                to.Text("type"u8, "used");
                to.Text("feature"u8, e.Feature);
                to.Amount("value"u8, e.Value);
                to.Moment("used_at"u8, e.UsedAt == at ? null : e.UsedAt);
                HoldingsFormat.WriteList(to, "draws"u8, e.Draws, HoldingsFormat.WriteDraw);
                if (!e.Listed) to.WriteBoolean("listed"u8, false);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                to.Text("entity_id"u8, e.EntityId);
                HoldingsFormat.WriteList(to, "windows"u8, e.Windows, ControlsFormat.WriteCount);
                if (e.Hold is { } hold)
                {
                    to.WritePropertyName("hold"u8);
                    HoldFormat.Write(to, hold);
                }

                break;
            case CustomerEvent.HoldEnded e:
                to.Text("type"u8, "hold_ended");
                to.Text("id"u8, e.Id);
                to.Text("how"u8, Words.Of(e.How));
                break;
            case CustomerEvent.EntityCreated e:
                to.Text("type"u8, "entity_created");
                to.WritePropertyName("created"u8);
                EntityFormat.Write(to, e.Entity);
                HoldingsFormat.WriteList(to, "seats"u8, e.Seats, HoldingsFormat.WriteDraw);
                break;
            case CustomerEvent.EntityNamed e:
                to.Text("type"u8, "entity_named");
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                to.Text("id"u8, e.Id);
                to.Text("name"u8, e.Name);
                break;
            case CustomerEvent.EntityDeleted e:
                to.Text("type"u8, "entity_deleted");
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                HoldingsFormat.WriteList(to, "seats"u8, e.Seats, HoldingsFormat.WriteDraw);
                break;
            case CustomerEvent.PoolChanged e:
                to.Text("type"u8, "pool_changed");
                to.WriteNumber("grant"u8, e.Pool.Value);
                to.WritePropertyName("part"u8);
                HoldingsFormat.WritePart(to, e.Part);
                break;
            case CustomerEvent.ControlsChanged e:
                to.Text("type"u8, "controls_changed");
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                ControlsFormat.Write(to, "controls"u8, e.Controls);
                break;
            case CustomerEvent.ConfigChanged e:
                to.Text("type"u8, "config_changed");
                HoldingsFormat.WriteConfig(to, e.Config);
                break;
            case CustomerEvent.ClockSet e:
                to.Text("type"u8, "clock_set");
                to.Moment("to"u8, e.To);
                break;
            case CustomerEvent.AlertTriggered e:
                to.Text("type"u8, "alert_triggered");
                to.Text("feature"u8, e.Feature.Value);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                ControlsFormat.WriteAlertObject(to, "alert"u8, e.Alert);
                break;
            case CustomerEvent.LimitReached e:
                to.Text("type"u8, "limit_reached");
                to.Text("feature"u8, e.Feature.Value);
                HoldingsFormat.WriteEntityNo(to, "entity"u8, e.Entity);
                to.Text("limit"u8, Words.Of(e.Limit));
                ControlsFormat.WriteFilter(to, e.Filter);
                break;
            default:
                if (BillingEventFormat.TryWrite(to, happened)) break;
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
            HoldingsFormat.ReadSubscription(from.GetProperty("subscription"u8), terms),
            from.List("grants"u8, grant => HoldingsFormat.ReadGrant(grant, terms))),
        "plan_ended" => new CustomerEvent.PlanEnded(
            new SubscriptionNo(from.Number("subscription"u8)), new PlanId(from.Text("plan"u8)), from.Number("version"u8), EntityOf(from)),
        "grant_opened" => new CustomerEvent.GrantOpened(HoldingsFormat.ReadGrant(from.GetProperty("grant"u8), terms)),
        "grant_closed" => new CustomerEvent.GrantClosed(GrantOf(from), Words.ToGrantEnd(from.Text("why"u8)), EntityOf(from)),
        "grant_reset" => new CustomerEvent.GrantReset(GrantOf(from), from.Amount("balance"u8), from.MomentOrNone("next_reset_at"u8), EntityOf(from))
        {
            Rollovers = from.List("rollovers"u8, HoldingsFormat.ReadRollover),
        },
        "rollovers_expired" => new CustomerEvent.RolloversExpired(GrantOf(from), from.List("left"u8, HoldingsFormat.ReadRollover), EntityOf(from)),
        "grant_adjusted" => new CustomerEvent.GrantAdjusted(GrantOf(from), from.Amount("adjustment"u8), EntityOf(from)),
        "grant_rescheduled" => new CustomerEvent.GrantRescheduled(
            GrantOf(from), from.Moment("anchor"u8), from.MomentOrNone("next_reset_at"u8), from.MomentOrNone("expires_at"u8), EntityOf(from)),
        "balance_set" => new CustomerEvent.BalanceSet(from.List("draws"u8, HoldingsFormat.ReadDraw)),
        "used" => new CustomerEvent.Used(
            from.Text("feature"u8),
            from.Amount("value"u8),
            from.MomentOrNone("used_at"u8) ?? at,
            properties,
            from.List("draws"u8, HoldingsFormat.ReadDraw),
            from.Flag("listed"u8, whenAbsent: true))
        {
            Entity = EntityOf(from),
            EntityId = from.TextOrNone("entity_id"u8),
            Windows = from.List("windows"u8, ControlsFormat.ReadCount),
            Hold = from.TryGetProperty("hold"u8, out var hold) ? HoldFormat.Read(hold) : null,
        },
        "hold_ended" => new CustomerEvent.HoldEnded(from.Text("id"u8), Words.ToHoldEnd(from.Text("how"u8))),
        "entity_created" => new CustomerEvent.EntityCreated(EntityFormat.Read(from.GetProperty("created"u8), terms), from.List("seats"u8, HoldingsFormat.ReadDraw)),
        "entity_named" => new CustomerEvent.EntityNamed(EntityOf(from)!.Value, from.TextOrNone("id"u8), from.TextOrNone("name"u8)),
        "entity_deleted" => new CustomerEvent.EntityDeleted(EntityOf(from)!.Value, from.List("seats"u8, HoldingsFormat.ReadDraw)),
        "pool_changed" => new CustomerEvent.PoolChanged(GrantOf(from), HoldingsFormat.ReadPart(from.GetProperty("part"u8))),
        "controls_changed" => new CustomerEvent.ControlsChanged(EntityOf(from), ControlsFormat.Read(from, "controls"u8)!),
        "config_changed" => new CustomerEvent.ConfigChanged(HoldingsFormat.ReadConfig(from)),
        "clock_set" => new CustomerEvent.ClockSet(from.Moment("to"u8)),
        "alert_triggered" => new CustomerEvent.AlertTriggered(from.Feature("feature"u8), EntityOf(from), ControlsFormat.ReadAlert(from.GetProperty("alert"u8))),
        "limit_reached" => new CustomerEvent.LimitReached(from.Feature("feature"u8), EntityOf(from), Words.ToAccessRule(from.Text("limit"u8)), ControlsFormat.ReadFilter(from)),
        var name => BillingEventFormat.TryRead(name, from, terms) ?? throw new InvariantViolation($"unknown event \"{name}\" in the journal: was it written by a newer Sluice?"),
    };

    private static EntityNo? EntityOf(JsonElement from) => HoldingsFormat.ReadEntityNo(from, "entity"u8);

    private static GrantNo GrantOf(JsonElement from) => new(from.Number("grant"u8));
}
