import { useListPlans } from 'autumn-js/react';
import { useState } from 'react';

type Props = {
  subscriptions: { planId: string; expiresAt: number | null }[];
  attach: (planId: string) => Promise<unknown>;
  /** Sends the browser to Sluice's page for the customer: cancel, change the card, see invoices. */
  manage: () => Promise<unknown>;
};

export function Plans({ subscriptions, attach, manage }: Props) {
  const { data: plans = [], error } = useListPlans();
  const [trouble, setTrouble] = useState<string>();

  // With something to pay, attach sends the browser to the checkout and back; else everything the hooks show is fetched anew.
  async function attempt(call: () => Promise<unknown>) {
    setTrouble(undefined);
    await call().catch((refusal: Error) => setTrouble(refusal.message));
  }

  return (
    <section id="plans" aria-label="Plans">
      <h2>Plans</h2>
      {(trouble ?? error?.message) && <p role="alert">{trouble ?? error?.message}</p>}
      <ul className="plans">
        {plans.map(plan => {
          const held = plan.customerEligibility?.attachAction === 'none';
          const ends = held && subscriptions.find(subscription => subscription.planId === plan.id)?.expiresAt;
          return (
            <li key={plan.id} aria-label={plan.name}>
              <h3>{plan.name}</h3>
              <p>{words(plan.price?.display) ?? 'Free'}</p>
              <p>{plan.description}</p>
              <ul>{plan.items.map(item => <li key={item.featureId}>{words(item.display)}</li>)}</ul>
              {ends && <p>Ends on {new Date(ends).toLocaleDateString()}</p>}
              <button disabled={held} onClick={() => attempt(() => attach(plan.id))}>{held ? 'Your plan' : 'Choose'}</button>
            </li>
          );
        })}
      </ul>
      <button className="manage" onClick={() => attempt(manage)}>Manage billing</button>
    </section>
  );
}

/** What Sluice says of a price or an item, such as "$20 per month". */
const words = (display?: { primaryText: string; secondaryText?: string }) => display && [display.primaryText, display.secondaryText].filter(Boolean).join(' ');
