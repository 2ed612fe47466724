import { useListPlans } from 'autumn-js/react';
import { useState } from 'react';

export function Plans({ attach }: { attach: (planId: string) => Promise<unknown> }) {
  const { data: plans = [], error } = useListPlans();
  const [trouble, setTrouble] = useState<string>();

  // With something to pay, attach sends the browser to the checkout; else everything the hooks show is fetched anew.
  async function choose(planId: string) {
    setTrouble(undefined);
    await attach(planId).catch((refusal: Error) => setTrouble(refusal.message));
  }

  return (
    <section id="plans" aria-label="Plans">
      <h2>Plans</h2>
      {(trouble ?? error?.message) && <p role="alert">{trouble ?? error?.message}</p>}
      <ul className="plans">
        {plans.map(plan => {
          const held = plan.customerEligibility?.attachAction === 'none';
          return (
            <li key={plan.id} aria-label={plan.name}>
              <h3>{plan.name}</h3>
              <p>{words(plan.price?.display) ?? 'Free'}</p>
              <p>{plan.description}</p>
              <ul>{plan.items.map(item => <li key={item.featureId}>{words(item.display)}</li>)}</ul>
              <button disabled={held} onClick={() => choose(plan.id)}>{held ? 'Your plan' : 'Choose'}</button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** What Sluice says of a price or an item, such as "$20 per month". */
const words = (display?: { primaryText: string; secondaryText?: string }) => display && [display.primaryText, display.secondaryText].filter(Boolean).join(' ');
