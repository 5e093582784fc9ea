// When each printer's state last changed, heard from the events (RFC 3995 8.2.2, 8.2.3).
import type { Clock } from '../../../hal/contract.ts';
import type { Events } from '../../events/event.ts';
import type { Moment } from '../../jobs/job.ts';

export interface StateChanges {
  /** The start, where nothing has changed since. */
  changedAt(printerId: string): Moment;
}

export function createStateChanges({
  events,
  clock,
}: {
  readonly events: Pick<Events, 'subscribe'>;
  readonly clock: Clock;
}): StateChanges {
  const start = clock.wall();
  const changes = new Map<string, Moment>();
  events.subscribe(({ type, printerId, at }) => {
    if (printerId === undefined) return;
    if (type === 'printer-deleted') changes.delete(printerId);
    else if (type.startsWith('printer-')) changes.set(printerId, at);
  });
  return { changedAt: (printerId) => changes.get(printerId) ?? start };
}
