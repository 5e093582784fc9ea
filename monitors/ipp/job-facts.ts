// What an IPP printer says of a job, and what that means for the document (RFC 8011 5.3.7, 5.3.8).
import type { PortOutcome } from '../contract.ts';
import { warningOf } from '../ports/reasons.ts';
import type { IppMessage } from '../wire/ipp/message.ts';
import { attributeOf, first, payloadOf, wordingOf } from '../wire/ipp/values.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import { shown } from './printer-facts.ts';

export interface JobFacts {
  readonly id: number | undefined;
  readonly state:
    | 'pending'
    | 'pending-held'
    | 'processing'
    | 'processing-stopped'
    | 'canceled'
    | 'aborted'
    | 'completed'
    | undefined;
  readonly reasons: readonly string[];
  readonly message: string | undefined;
  /** RFC 8011 5.3.18.2. */
  readonly impressions: number | undefined;
}

export const jobFactNames: readonly string[] = [
  'job-id',
  'job-state',
  'job-state-reasons',
  'job-state-message',
  'job-impressions-completed',
];

/** A document's end, without the bytes. */
export type JobEnd = Omit<PortOutcome, 'deliveredBytes'>;

const jobStates: ReadonlyMap<number, NonNullable<JobFacts['state']>> = new Map([
  [3, 'pending'],
  [4, 'pending-held'],
  [5, 'processing'],
  [6, 'processing-stopped'],
  [7, 'canceled'],
  [8, 'aborted'],
  [9, 'completed'],
]);

export function readJobFacts(answer: IppMessage): JobFacts {
  const one = (name: string) => first(answer, 'job-attributes', name);
  const reasons = attributeOf(answer, 'job-attributes', 'job-state-reasons')?.values ?? [];
  const words = shown(wordingOf(one('job-state-message')) ?? '');
  return {
    id: payloadOf(one('job-id'), 'integer'),
    state: jobStates.get(payloadOf(one('job-state'), 'enum') ?? 0),
    reasons: reasons
      .slice(0, limits.stateReasons)
      .flatMap((value) => payloadOf(value, 'keyword') ?? [])
      .filter((keyword) => keyword !== 'none'),
    message: words === '' ? undefined : words,
    impressions: payloadOf(one('job-impressions-completed'), 'integer'),
  };
}

/** The document's end where the job has one; undefined while it goes on. */
export function jobEndOf(job: JobFacts): JobEnd | undefined {
  if (job.state === 'completed') return completed(job);
  if (job.state === 'aborted') {
    return { outcome: 'failed', reasons: [], message: `the printer gave it up${detail(job)}` };
  }
  if (job.state !== 'canceled') return undefined;
  const message = `cancelled at the printer${detail(job)}`;
  return { outcome: 'failed', reasons: [], message, cancelledAtDevice: true };
}

/** The printer still expects data of the document (RFC 8011 5.3.8). */
export function isIncoming(job: JobFacts): boolean {
  return job.reasons.some((reason) => ['job-incoming', 'job-data-insufficient'].includes(reason));
}

function completed(job: JobFacts): JobEnd {
  // The printer passed it on, and does not know more than that.
  const outcome = job.reasons.includes('queued-in-device') ? 'sent' : 'printed';
  const troubled = job.reasons.filter((reason) =>
    ['job-completed-with-errors', 'job-completed-with-warnings'].includes(reason),
  );
  const isCounted = job.impressions !== undefined && job.impressions > 0;
  const counted = isCounted ? { pages: job.impressions } : {};
  if (troubled.length === 0) return { outcome, reasons: [], ...counted };
  const message = `the printer completed it with trouble${detail(job)}`;
  return { outcome, reasons: [warningOf('other')], message, ...counted };
}

function detail({ message, reasons }: JobFacts): string {
  const said = message ?? shown(reasons.join(', '));
  return said === '' ? '' : ` (${said})`;
}
