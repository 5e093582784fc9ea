// What a printer (queue) is: what clients print to, with its ports and policies.
import type { Moment } from '../jobs/job.ts';

export interface Printer {
  /** UUID; what the API calls the printer, and printer-uuid in IPP. */
  readonly id: string;
  readonly spooler: string;
  /** Unique in its spooler without regard to case; the last part of its URIs. */
  readonly name: string;
  readonly description: string;
  readonly location: string;
  /** The pool: a job goes to the first free one. */
  readonly portNames: readonly string[];
  /** printer-is-accepting-jobs. */
  readonly accepting: boolean;
  /** False: jobs are taken and wait (printer-state stopped, reason paused). */
  readonly enabled: boolean;
  /** What happens to a job whose attempt broke off after bytes were delivered. */
  readonly interrupted: 'restart' | 'hold';
  readonly startPrinting: 'spooled' | 'at-once';
  /** Formats offered to clients; application/octet-stream is always among them. */
  readonly formats: readonly string[];
  readonly createdAt: Moment;
  readonly changedAt: Moment;
}

/** What may be set when a printer is made or changed. */
export interface PrinterSettings {
  readonly description?: string;
  readonly location?: string;
  readonly portNames?: readonly string[];
  readonly accepting?: boolean;
  readonly enabled?: boolean;
  readonly interrupted?: 'restart' | 'hold';
  readonly startPrinting?: 'spooled' | 'at-once';
  readonly formats?: readonly string[];
}
