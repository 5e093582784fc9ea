// What a job is: one submission with its documents, its state in RFC 8011's words, and what became
// of it.

export const jobStates = [
  'pending',
  'pending-held',
  'processing',
  'processing-stopped',
  'canceled',
  'aborted',
  'completed',
] as const;

export type JobState = (typeof jobStates)[number];

/** job-state-reasons keywords (RFC 8011 5.3.8, PWG 5100) that Platen sets. */
export const jobReasons = [
  'none',
  'job-incoming',
  'job-data-insufficient',
  'job-hold-until-specified',
  'job-held-on-create',
  'job-queued',
  'job-printing',
  'job-transferring',
  'job-interrupted-by-device-failure',
  'job-canceled-by-user',
  'job-canceled-by-operator',
  'job-canceled-at-device',
  'aborted-by-system',
  'job-completed-successfully',
  'job-completed-with-warnings',
  'job-completed-with-errors',
  'job-restartable',
  'submission-interrupted',
  'processing-to-stop-point',
  'printer-stopped',
  'resources-are-not-ready',
] as const;

export type JobReason = (typeof jobReasons)[number];

/**
 * The named times of job-hold-until (RFC 8011 5.2.2), in the time zone of the appliance: day-time 6
 * to 18, evening and night 18 to 6, second-shift 16 to 24, third-shift 0 to 8, weekend Saturday and
 * Sunday.
 */
export const holdPeriods = [
  'day-time',
  'evening',
  'night',
  'second-shift',
  'third-shift',
  'weekend',
] as const;

export type HoldPeriod = (typeof holdPeriods)[number];

/**
 * Until when a held job waits. Times count once the wall clock is trusted; a period that has begun
 * already holds nothing.
 */
export type JobHold =
  /** Until someone releases it. */
  | { readonly kind: 'indefinite' }
  | { readonly kind: 'period'; readonly period: HoldPeriod }
  /** job-hold-until-time (PWG 5100.7): milliseconds since 1970. */
  | { readonly kind: 'time'; readonly ms: number }
  /**
   * Until the other appliance has said what it printed of a group's jobs, or someone releases it.
   */
  | { readonly kind: 'peer' };

/** A moment of the wall clock; `trusted` says whether the clock had been set by then. */
export interface Moment {
  readonly ms: number;
  readonly trusted: boolean;
}

/**
 * One document of a job; its bytes are in the spool under (job id, number) and have this digest.
 */
export interface JobDocument {
  /** 1, 2, 3 … in the order in which they print. */
  readonly number: number;
  readonly name: string;
  readonly format: string;
  readonly sizeBytes: number;
  /** `sha256:` and 64 hexadecimal digits, of the bytes as the device gets them. */
  readonly digest: string;
}

/** From whom and how a job came. */
export interface JobOrigin {
  readonly door: 'ipp' | 'raw' | 'lpd' | 'api';
  readonly userName: string;
  readonly address: string;
  readonly authenticated: boolean;
}

export interface Job {
  /** UUID; what the API calls the job. */
  readonly id: string;
  readonly spooler: string;
  /** IPP's job-id: from 1 per spooler, never given twice. */
  readonly number: number;
  readonly printerId: string;
  readonly name: string;
  readonly origin: JobOrigin;
  readonly state: JobState;
  readonly reasons: readonly JobReason[];
  /** Why a held job waits; undefined for jobs that wait for anything else. */
  readonly hold: JobHold | undefined;
  /** For people: why it waits, what went wrong. */
  readonly message: string;
  /** 1 to 100; 50 unless asked otherwise. Higher goes first, then the lower number. */
  readonly priority: number;
  readonly copies: number;
  /** True until the last document has come. */
  readonly incoming: boolean;
  readonly documents: readonly JobDocument[];
  /** How often bytes of it started towards a device. */
  readonly attempts: number;
  /** An earlier attempt delivered bytes: paper may show it twice. */
  readonly possiblyPrintedTwice: boolean;
  /** On completion: did the device confirm the last page, or only take all bytes? */
  readonly outcome: 'printed' | 'sent' | undefined;
  /**
   * Shown while it prints, and in no record: what its port has taken, over documents and copies.
   */
  readonly sentBytes?: number;
  /** Pages or labels that the device counted; undefined where nobody knows. */
  readonly pages: number | undefined;
  /** Ended, and its documents are still in the spool: a person may print them again. */
  readonly retained: boolean;
  /** The job that a person asked to print again. */
  readonly reprintOf: string | undefined;
  readonly createdAt: Moment;
  readonly processingAt: Moment | undefined;
  readonly endedAt: Moment | undefined;
  /** Job template attributes as the client gave them, by IPP name, in the API's JSON form. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

export function isEnded(state: JobState): boolean {
  return state === 'canceled' || state === 'aborted' || state === 'completed';
}
