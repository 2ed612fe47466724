import { useCustomer, type UseCustomerResult } from 'autumn-js/react';
import { Balances } from './Balances';
import { Chat } from './Chat';
import { Plans } from './Plans';
import { Usage, useUsage } from './Usage';
import { Workspace } from './Workspace';

/** The first visit creates the customer; what asks about the customer comes after. */
export function App() {
  const customer = useCustomer();
  if (customer.error) return <p role="alert">{customer.error.message}</p>;
  if (!customer.data) return <p>Loading …</p>;
  return <Page {...customer} balances={customer.data.balances} subscriptions={customer.data.subscriptions} />;
}

type Props = UseCustomerResult & Pick<NonNullable<UseCustomerResult['data']>, 'balances' | 'subscriptions'>;

function Page({ balances, subscriptions, check, attach, openCustomerPortal, refetch }: Props) {
  const usage = useUsage();
  const workspace = new URLSearchParams(location.search).get('workspace');
  return (
    <main>
      <header>
        <h1>Chat</h1>
        <Balances balances={balances} />
      </header>
      <Chat may={featureId => check({ featureId }).allowed} onSent={() => Promise.all([refetch(), usage.refetch()])} />
      <Plans subscriptions={subscriptions} attach={planId => attach({ planId })} manage={() => openCustomerPortal()} />
      <Usage {...usage} />
      {workspace && <Workspace id={workspace} />}
    </main>
  );
}
