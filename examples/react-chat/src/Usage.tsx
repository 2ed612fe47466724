import { useAggregateEvents, useListEvents } from 'autumn-js/react';

const names: Record<string, string> = { small_messages: 'to the small model', large_messages: 'to the large model' };

/** The week's sums by day, and the newest events. */
export function useUsage() {
  const week = useAggregateEvents({ featureId: Object.keys(names), range: '7d', binSize: 'day' });
  const newest = useListEvents({ limit: 5 });
  return {
    days: week.list ?? [],
    total: week.total ?? {},
    events: newest.list ?? [],
    error: week.error ?? newest.error,
    refetch: () => Promise.all([week.refetch(), newest.refetch()]),
  };
}

export function Usage({ days, total, events, error }: ReturnType<typeof useUsage>) {
  const counts = days.map(day => Object.values(day.values).reduce((sum, value) => sum + value, 0));
  const most = Math.max(1, ...counts);
  return (
    <section aria-label="Usage">
      <h2>Your week</h2>
      {error && <p role="alert">{error.message}</p>}
      <p>{Object.entries(names).map(([id, name]) => `${total[id]?.sum ?? 0} ${name}`).join(', ')}</p>
      <ol className="days">
        {days.map((day, at) => (
          <li key={day.period} title={`${new Date(day.period).toDateString()}: ${counts[at]}`} style={{ height: `${(counts[at] / most) * 100}%` }} />
        ))}
      </ol>
      <ul aria-label="Newest messages">
        {events.map(event => (
          <li key={event.id}>
            {new Date(event.timestamp).toLocaleTimeString()} {names[event.featureId] ?? event.featureId}
          </li>
        ))}
      </ul>
    </section>
  );
}
