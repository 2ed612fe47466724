import { useEntity } from 'autumn-js/react';
import { Balances } from './Balances';

/** The balances of a part of the customer, such as a team or a project: open the page with ?workspace=ID. */
export function Workspace({ id }: { id: string }) {
  const { data: entity, error } = useEntity({ entityId: id });
  return (
    <section aria-label="Workspace">
      <h2>Workspace {entity?.name ?? id}</h2>
      {error && <p role="alert">{error.message}</p>}
      {entity && <Balances balances={entity.balances} />}
    </section>
  );
}
