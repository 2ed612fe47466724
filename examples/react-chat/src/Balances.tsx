type Balance = { remaining: number; granted: number; unlimited: boolean; feature?: { name: string } };

/** What is left of each balance. Features that only credits pay for have an entry with nothing granted: not shown. */
export function Balances({ balances }: { balances: Record<string, Balance> }) {
  return (
    <dl aria-label="Balances">
      {Object.entries(balances)
        .filter(([, balance]) => balance.unlimited || balance.granted > 0)
        .map(([id, balance]) => (
          <div key={id}>
            <dt>{balance.feature?.name ?? id}</dt>
            <dd>{balance.unlimited ? 'unlimited' : `${balance.remaining} of ${balance.granted}`}</dd>
          </div>
        ))}
    </dl>
  );
}
