using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>State from events. Reads no catalog and no clock: the journal alone gives a customer back.</summary>
public static class CustomerState
{
    /// <summary>One journal entry: all events of one command, at one moment.</summary>
    public static Customer ApplyEntry(Customer? customer, ImmutableArray<CustomerEvent> events, Instant at)
    {
        foreach (var happened in events) customer = Apply(customer, happened, at);
        return EndEntry(customer, at);
    }

    /// <summary>All events of an entry were applied: it counts, and what falls due next is known.</summary>
    internal static Customer EndEntry(Customer? customer, Instant at)
    {
        if (customer is null) throw new InvariantViolation("an entry without events");
        return customer with { Version = customer.Version + 1, LastMoment = Instant.Max(customer.LastMoment, at), NextDue = Due.Next(customer) };
    }

    /// <summary>One event, version and time untouched.</summary>
    public static Customer Apply(Customer? customer, CustomerEvent happened, Instant at)
    {
        if (happened is CustomerEvent.Created created)
            return new Customer(created.Key, 0, at, at, created.Profile, Holdings.None, EntityBook.Empty, HoldBook.Empty, 0, Deleted: false);
        if (customer is null) throw new InvariantViolation($"{happened.GetType().Name} before Created");
        return happened switch
        {
            CustomerEvent.ProfileChanged e => customer with { Profile = e.Profile },
            CustomerEvent.Deleted => customer with
            {
                Profile = new Profile(null), Own = Holdings.None, Entities = EntityBook.Empty, Holds = HoldBook.Empty, Billing = BillingBook.Empty, Deleted = true,
            },
            CustomerEvent.PlanAttached e => Attach(customer, e),
            CustomerEvent.PlanEnded e => End(customer, e),
            CustomerEvent.GrantOpened e => Open(customer, e.Grant),
            CustomerEvent.BalanceSet e => Take(customer, e.Draws),
            CustomerEvent.Used e => Use(customer, e),
            CustomerEvent.HoldEnded e => customer with { Holds = customer.Holds.Remove(e.Id) },
            CustomerEvent.EntityCreated e => Add(Take(customer, e.Seats), e.Entity),
            CustomerEvent.EntityNamed e => customer with { Entities = customer.Entities.Put(customer.Entities.Find(e.Entity)! with { Id = e.Id, Name = e.Name }) },
            CustomerEvent.EntityDeleted e => Take(customer with { Entities = customer.Entities.Remove(e.Entity) }, e.Seats),
            CustomerEvent.ControlsChanged e => customer.With(e.Entity, customer.HeldBy(e.Entity) with { Controls = e.Controls }),
            CustomerEvent.ConfigChanged e => customer with { Config = e.Config },
            CustomerEvent.ClockSet e => customer with { Clock = e.To },
            CustomerEvent.PlanPlanned or CustomerEvent.PlanDropped or CustomerEvent.PlanCanceled or CustomerEvent.PlanPaused or CustomerEvent.PlanBilled => PlanState.Apply(customer, happened),
            CustomerEvent.GrantClosed or CustomerEvent.GrantReset or CustomerEvent.RolloversExpired or CustomerEvent.GrantAdjusted or CustomerEvent.GrantRescheduled
                or CustomerEvent.GrantBought or CustomerEvent.PoolChanged => OfGrant(customer, happened),
            CustomerEvent.InvoiceIssued or CustomerEvent.InvoiceMoved or CustomerEvent.InvoicePaid or CustomerEvent.PaymentFailed or CustomerEvent.InvoiceVoided
                or CustomerEvent.InvoiceReplaced or CustomerEvent.InvoiceRecorded => InvoiceState.Apply(customer, happened),
            CustomerEvent.ChangePlanned e => customer with { Billing = customer.Billing with { Changes = customer.Billing.Changes.Add(e.Change) } },
            CustomerEvent.RefundAsked e => customer with { LastNo = Math.Max(customer.LastNo, e.No), Billing = InvoiceState.Refunded(customer.Billing, e.Invoice, e.Amount) },
            CustomerEvent.CurrencySettled e => customer with { Billing = customer.Billing with { Currency = customer.Billing.Currency ?? e.Currency } },
            CustomerEvent.CreditAdded e => customer with { Billing = InvoiceState.Credited(customer.Billing, e.Amount) },
            // Another card ends what failures of the old one had suspended.
            CustomerEvent.PaymentMethodChanged e => customer with
            {
                Billing = customer.Billing with { Method = e.Method, TopUps = [.. customer.Billing.TopUps.Select(static tally => tally with { FailedAt = null, Failures = 0 })] },
            },
            CustomerEvent.DiscountAdded or CustomerEvent.DiscountEnded or CustomerEvent.RewardRedeemed or CustomerEvent.Referred or CustomerEvent.TopUpTallied =>
                customer with { Billing = OfBook(customer.Billing, happened) },
            CustomerEvent.CheckoutOpened e => customer with { Billing = customer.Billing with { Checkout = e.Checkout }, LastNo = Math.Max(customer.LastNo, e.Checkout.No.Value) },
            CustomerEvent.CheckoutClosed => customer with { Billing = customer.Billing with { Checkout = null } },
            CustomerEvent.AlertTriggered or CustomerEvent.LimitReached or CustomerEvent.TopUpFailed => customer,
            _ => throw new InvariantViolation($"unknown event {happened.GetType().Name}"),
        };
    }

    private static Customer OfGrant(Customer customer, CustomerEvent happened) => happened switch
    {
        CustomerEvent.GrantClosed e => Close(customer, e.Entity, grant => grant.No == e.Grant),
        CustomerEvent.GrantReset e => Change(customer, e.Entity, e.Grant, grant => grant with
        {
            Balance = e.Balance, Adjustment = Quantity.Zero, NextResetAt = e.NextResetAt, Rollovers = e.Rollovers,
        }),
        CustomerEvent.RolloversExpired e => Change(customer, e.Entity, e.Grant, grant => grant with { Rollovers = e.Left }),
        CustomerEvent.GrantAdjusted e => Change(customer, e.Entity, e.Grant, grant => grant with { Adjustment = e.Adjustment }),
        CustomerEvent.GrantRescheduled e => Change(customer, e.Entity, e.Grant, grant => grant with { Anchor = e.Anchor, NextResetAt = e.NextResetAt, ExpiresAt = e.ExpiresAt }),
        CustomerEvent.GrantBought e => Change(customer, e.Entity, e.Grant, grant => grant with { Prepaid = e.Prepaid, Balance = e.Balance }),
        CustomerEvent.PoolChanged e => Change(customer, null, e.Pool, grant => Pooled(grant, e.Part)),
        _ => throw new InvariantViolation($"{happened.GetType().Name} is about no grant"),
    };

    // One that is there already is replaced.
    private static BillingBook OfBook(BillingBook book, CustomerEvent happened) => happened switch
    {
        CustomerEvent.DiscountAdded e => book with { Discounts = book.Discounts.RemoveAll(standing => standing.Discount.Id == e.Discount.Discount.Id).Add(e.Discount) },
        CustomerEvent.DiscountEnded e => book with { Discounts = book.Discounts.RemoveAll(standing => standing.Discount.Id == e.Id) },
        CustomerEvent.RewardRedeemed e => book with { Redeemed = book.Redeemed.RemoveAll(one => one.Reward == e.Redeemed.Reward && one.Code == e.Redeemed.Code).Add(e.Redeemed) },
        CustomerEvent.Referred e => book with { Referrals = book.Referrals.RemoveAll(referral => referral.Program == e.Referral.Program).Add(e.Referral) },
        CustomerEvent.TopUpTallied e => book with { TopUps = book.TopUps.RemoveAll(tally => tally.Feature == e.Tally.Feature && tally.Entity == e.Tally.Entity).Add(e.Tally) },
        _ => throw new InvariantViolation($"{happened.GetType().Name} is not about the book"),
    };

    // It comes with its shares, whose numbers follow on its own.
    private static Customer Add(Customer customer, Entity entity)
    {
        var last = Math.Max(customer.LastNo, entity.No.Value);
        foreach (var share in entity.Own.Grants) last = Math.Max(last, share.No.Value);
        return customer with { Entities = customer.Entities.Put(entity), LastNo = last };
    }

    private static Customer Attach(Customer customer, CustomerEvent.PlanAttached attached)
    {
        var (subscription, grants) = (attached.Subscription, attached.Grants);
        var own = customer.HeldBy(subscription.Entity);
        var last = customer.LastNo;
        foreach (var grant in grants) last = Math.Max(last, grant.No.Value);
        own = own with
        {
            Subscriptions = own.Subscriptions.Add(subscription),
            Planned = own.Planned.IsEmpty ? own.Planned : own.Planned.RemoveAll(planned => planned.No == subscription.No),
            Grants = own.Grants.AddRange(grants),
        };
        return customer.With(subscription.Entity, own) with
        {
            LastNo = Math.Max(last, subscription.No.Value),
            Billing = subscription.TrialEnd is null ? customer.Billing : PlanState.Tried(customer.Billing, new UsedTrial(subscription.Plan, subscription.Entity)),
        };
    }

    private static Customer End(Customer customer, CustomerEvent.PlanEnded ended)
    {
        var own = customer.HeldBy(ended.Entity);
        customer = customer.With(ended.Entity, own with { Subscriptions = own.Subscriptions.RemoveAll(held => held.No == ended.Subscription) });
        return Close(customer, ended.Entity, grant => grant.Subscription == ended.Subscription);
    }

    private static Customer Open(Customer customer, Grant grant)
    {
        var own = customer.HeldBy(grant.Entity);
        return customer.With(grant.Entity, own with { Grants = own.Grants.Add(grant) }) with { LastNo = Math.Max(customer.LastNo, grant.No.Value) };
    }

    // A grant that the entities have shares of takes these along.
    private static Customer Close(Customer customer, EntityNo? entity, Predicate<Grant> isClosed)
    {
        var own = customer.HeldBy(entity);
        var parents = own.Grants.RemoveAll(grant => !isClosed(grant) || !grant.IsShared);
        customer = customer.With(entity, own with { Grants = own.Grants.RemoveAll(isClosed) });
        if (parents.IsEmpty) return customer;
        foreach (var each in customer.Entities)
        {
            var left = each.Own.Grants.RemoveAll(grant => grant.Parent is { } parent && parents.Any(closed => closed.No == parent));
            if (left.Length != each.Own.Grants.Length) customer = customer.With(each.No, each.Own with { Grants = left });
        }

        return customer;
    }

    private static Customer Use(Customer customer, CustomerEvent.Used used)
    {
        customer = Take(customer, used.Draws);
        foreach (var count in used.Windows)
        {
            var own = customer.HeldBy(count.Holder);
            customer = customer.With(count.Holder, own with { Windows = Counted(own.Windows, count) });
        }

        return used.Hold is { } hold ? customer with { Holds = customer.Holds.Add(hold) } : customer;
    }

    private static Customer Take(Customer customer, ImmutableArray<Draw> draws)
    {
        for (var first = 0; first < draws.Length;)
        {
            // Draws of one holder stand together, so its grants are copied once.
            var entity = draws[first].Entity;
            var own = customer.HeldBy(entity);
            var grants = own.Grants.ToBuilder();
            for (; first < draws.Length && draws[first].Entity == entity; first++)
            {
                var at = IndexOf(grants, draws[first].Grant);
                grants[at] = Taken(grants[at], draws[first]);
            }

            customer = customer.With(entity, own with { Grants = grants.MoveToImmutable() });
        }

        return customer;
    }

    private static Grant Taken(Grant grant, Draw draw)
    {
        if (draw.Rollover is not { } no) return grant with { Balance = grant.Balance - draw.Amount };
        var rollovers = grant.Rollovers.ToBuilder();
        for (var at = 0; at < rollovers.Count; at++)
        {
            if (rollovers[at].No == no) rollovers[at] = rollovers[at] with { Balance = rollovers[at].Balance - draw.Amount, Used = rollovers[at].Used + draw.Amount };
        }

        return grant with { Rollovers = rollovers.MoveToImmutable() };
    }

    private static Grant Pooled(Grant pool, PoolPart part)
    {
        var before = pool.Parts.FirstOrDefault(one => one.From == part.From).Amount;
        var others = pool.Parts.RemoveAll(one => one.From == part.From);
        var difference = part.Amount - before;
        return pool with
        {
            Parts = part.Amount.IsZero ? others : others.Add(part),
            Included = pool.Included + difference,
            Balance = pool.Balance + difference,
        };
    }

    // A window that has passed, or lies otherwise now, starts from nothing.
    private static ImmutableArray<UsageWindow> Counted(ImmutableArray<UsageWindow> windows, WindowCount count)
    {
        for (var at = 0; at < windows.Length; at++)
        {
            var window = windows[at];
            if (window.Feature != count.Feature || window.Interval != count.Interval || !Equals(window.Filter, count.Filter)) continue;
            var used = window.Start == count.Start ? window.Used + count.Amount : count.Amount;
            return windows.SetItem(at, window with { Start = count.Start, End = count.End, Used = Quantity.Max(Quantity.Zero, used) });
        }

        return windows.Add(new UsageWindow(count.Feature, count.Interval, count.Filter, count.Start, count.End, Quantity.Max(Quantity.Zero, count.Amount)));
    }

    private static Customer Change(Customer customer, EntityNo? entity, GrantNo no, Func<Grant, Grant> change) =>
        customer.With(entity, customer.HeldBy(entity).With(no, change));

    private static int IndexOf(ImmutableArray<Grant>.Builder grants, GrantNo no)
    {
        for (var at = 0; at < grants.Count; at++)
        {
            if (grants[at].No == no) return at;
        }

        throw new InvariantViolation($"no grant {no.Value}");
    }
}
