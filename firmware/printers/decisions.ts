// What to do after each way in which an attempt at a port can end: pure functions, no clock and no
// I/O.
import type { DeviceReason, DeviceStatus } from '../../monitors/contract.ts';
import type { Job, JobReason, JobState } from '../jobs/job.ts';
import type { Printer } from './printer.ts';

/**
 * How an attempt at a job ended; `deliveredBytes` is an upper bound, over all documents and copies.
 */
export type AttemptEnd =
  /** Every document and copy was taken; `printed` when the device confirmed each last page. */
  | {
      readonly kind: 'completed';
      readonly outcome: 'printed' | 'sent';
      readonly reasons: readonly DeviceReason[];
      /** Where the device counted every document. */
      readonly pages?: number;
    }
  /** A person ended it at the device. */
  | { readonly kind: 'cancelled-at-device'; readonly message: string }
  /** A person cancelled it here; its end is committed already. */
  | { readonly kind: 'cancelled' }
  /** The device broke off, the monitor failed, the spooler stops or lost its permit. */
  | {
      readonly kind: 'interrupted';
      readonly deliveredBytes: number;
      readonly message: string;
    }
  /** The spool can not give the document back: no attempt will ever succeed. */
  | { readonly kind: 'unreadable'; readonly message: string };

/** The record that the end becomes. */
export type EndDecision =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'end';
      readonly state: Extract<JobState, 'completed' | 'canceled' | 'aborted'>;
      readonly outcome?: 'printed' | 'sent';
      readonly pages?: number;
      readonly reasons: readonly JobReason[];
      readonly message: string;
    }
  | {
      readonly kind: 'interrupt';
      readonly decision: 'restart' | 'hold';
      readonly deliveredBytes: number;
      readonly reasons: readonly JobReason[];
      readonly message: string;
    };

export function decideEnd(
  end: AttemptEnd,
  job: Pick<Job, 'possiblyPrintedTwice'>,
  policy: Printer['interrupted'],
): EndDecision {
  switch (end.kind) {
    case 'cancelled':
      return { kind: 'none' };
    case 'completed':
      return completion(end);
    case 'cancelled-at-device':
      return {
        kind: 'end',
        state: 'canceled',
        reasons: ['job-canceled-at-device'],
        message: end.message,
      };
    case 'unreadable':
      return {
        kind: 'end',
        state: 'aborted',
        reasons: ['aborted-by-system'],
        message: end.message,
      };
    case 'interrupted':
      return interruption(end.deliveredBytes, end.message, job, policy);
  }
}

function completion({
  outcome,
  reasons,
  pages,
}: Extract<AttemptEnd, { kind: 'completed' }>): EndDecision {
  const warned = reasons.some((reason) => reason.severity !== 'report');
  return {
    kind: 'end',
    state: 'completed',
    outcome,
    ...(pages === undefined ? {} : { pages }),
    reasons: [warned ? 'job-completed-with-warnings' : 'job-completed-successfully'],
    message: outcome === 'printed' ? 'The device confirmed the last page.' : 'Sent to the device.',
  };
}

/** Restart by itself only where no byte was delivered; otherwise by policy, and only once. */
function interruption(
  deliveredBytes: number,
  message: string,
  job: Pick<Job, 'possiblyPrintedTwice'>,
  policy: Printer['interrupted'],
): EndDecision {
  const interrupted = { kind: 'interrupt', deliveredBytes } as const;
  if (deliveredBytes === 0) return { ...interrupted, decision: 'restart', reasons: [], message };
  const reasons: readonly JobReason[] = ['job-interrupted-by-device-failure', 'job-restartable'];
  if (job.possiblyPrintedTwice) {
    return {
      ...interrupted,
      decision: 'hold',
      reasons,
      message: `${message} It broke off again: it waits for a person, since it may have printed.`,
    };
  }
  if (policy === 'hold') {
    return {
      ...interrupted,
      decision: 'hold',
      reasons,
      message: `${message} The printer's policy holds such jobs; it may have printed in part.`,
    };
  }
  return {
    ...interrupted,
    decision: 'restart',
    reasons: ['job-interrupted-by-device-failure'],
    message: `${message} It starts again from its first byte and may print twice.`,
  };
}

/** The wait after `previousMs`; 0 means that the last try went well. */
export function nextBackoffMs(
  previousMs: number,
  limits: { readonly backoffFirstMs: number; readonly backoffLastMs: number },
): number {
  if (previousMs === 0) return limits.backoffFirstMs;
  return Math.min(previousMs * 2, limits.backoffLastMs);
}

/**
 * Why the port must not start a job now. The port monitor's own status does not count: it answers
 * for itself at startDocPort, and only the next try would clear what it said.
 */
export function blockingReasons(statuses: readonly DeviceStatus[]): readonly DeviceReason[] {
  return statuses.flatMap(blocking);
}

/** The device's own words of what stops it, the newest; where it has none, the keywords. */
export function blockingMessage(statuses: readonly DeviceStatus[]): string {
  const [newest] = statuses
    .filter((status) => status.message !== undefined && blocking(status).length > 0)
    .toSorted((a, b) => b.atMs - a.atMs);
  const keywords = blockingReasons(statuses).map(({ keyword }) => keyword);
  return newest?.message ?? keywords.join(', ');
}

function blocking({ source, reasons }: DeviceStatus): readonly DeviceReason[] {
  if (source === 'port-monitor' || source === 'spooler') return [];
  return reasons.filter(({ severity }) => severity === 'error');
}

/** True when a status says that the device shows itself: it answers and has no error. */
export function showsItself(status: DeviceStatus): boolean {
  return status.source !== 'spooler' && status.reasons.every((r) => r.severity !== 'error');
}

/** The order in which a port asks its printers: the one served last comes last. */
export function fairOrder<Item extends { readonly id: string }>(
  printers: readonly Item[],
  lastServedId: string | undefined,
): readonly Item[] {
  const sorted = printers.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (lastServedId === undefined) return sorted;
  return [
    ...sorted.filter((printer) => printer.id > lastServedId),
    ...sorted.filter((printer) => printer.id <= lastServedId),
  ];
}
