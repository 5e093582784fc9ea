// Platen's events in IPP's words (RFC 3995 5.3.3.4.2): which keywords each one stands for.
import type { PlatenEvent } from '../../../events/event.ts';

const vendor = 'smi32473';

/** notify-events-supported. */
export const notifyEvents = [
  'none',
  'printer-state-changed',
  'printer-stopped',
  'printer-config-changed',
  'job-state-changed',
  'job-created',
  'job-completed',
  'job-stopped',
  // Of Platen's own, for what IPP has no word (RFC 8011 4.1.3: smi and an enterprise number).
  `${vendor}-connection-added`,
  `${vendor}-connection-deleted`,
] as const;

export type NotifyEvent = (typeof notifyEvents)[number];

export const defaultNotifyEvent: NotifyEvent = 'job-completed';

type Facts = PlatenEvent['facts'];

/** What else happens to the appliance has no word in IPP. */
const words: Readonly<Partial<Record<PlatenEvent['type'], (facts: Facts) => NotifyEvent[]>>> = {
  'job-created': () => ['job-created', 'job-state-changed'],
  'job-state-changed': ({ state }) => [...ofJobState(state), 'job-state-changed'],
  'printer-state-changed': ({ state }) =>
    state === 'stopped' ? ['printer-stopped', 'printer-state-changed'] : ['printer-state-changed'],
  'printer-config-changed': () => ['printer-config-changed', 'printer-state-changed'],
  'queue-data-changed': () => ['printer-config-changed'],
  'queue-files-changed': () => ['printer-config-changed'],
  'queue-connected': () => [`${vendor}-connection-added`],
  'queue-disconnected': () => [`${vendor}-connection-deleted`],
};

/** From the most to the least special; a subscription is told the first that it asked for. */
export function notifyEventsOf({ type, facts }: PlatenEvent): readonly NotifyEvent[] {
  return words[type]?.(facts) ?? [];
}

function ofJobState(state: unknown): readonly NotifyEvent[] {
  if (state === 'processing-stopped') return ['job-stopped'];
  return isEndState(state) ? ['job-completed'] : [];
}

export function isEndState(state: unknown): boolean {
  return state === 'completed' || state === 'canceled' || state === 'aborted';
}
