// Platen's events in IPP's words (RFC 3995 5.3.3.4.2): which keywords each one stands for.
import type { PlatenEvent } from '../../../events/event.ts';

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
] as const;

export type NotifyEvent = (typeof notifyEvents)[number];

export const defaultNotifyEvent: NotifyEvent = 'job-completed';

/** From the most to the least special; a subscription is told the first that it asked for. */
export function notifyEventsOf({ type, facts }: PlatenEvent): readonly NotifyEvent[] {
  switch (type) {
    case 'job-created':
      return ['job-created', 'job-state-changed'];
    case 'job-state-changed':
      return [...ofJobState(facts['state']), 'job-state-changed'];
    case 'printer-state-changed':
      return facts['state'] === 'stopped'
        ? ['printer-stopped', 'printer-state-changed']
        : ['printer-state-changed'];
    case 'printer-config-changed':
      return ['printer-config-changed', 'printer-state-changed'];
    case 'job-removed':
    case 'printer-created':
    case 'printer-deleted':
    case 'port-status-changed':
    case 'appliance-started':
    case 'appliance-stopping':
    case 'registry-rebuilt':
      return [];
  }
}

function ofJobState(state: unknown): readonly NotifyEvent[] {
  if (state === 'processing-stopped') return ['job-stopped'];
  return isEndState(state) ? ['job-completed'] : [];
}

export function isEndState(state: unknown): boolean {
  return state === 'completed' || state === 'canceled' || state === 'aborted';
}
