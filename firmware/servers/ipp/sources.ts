// What the rows of attributes are made from: everything known of a printer or a job at one moment.
import type { Clock } from '../../../hal/contract.ts';
import type { Job, JobDocument, Moment } from '../../jobs/job.ts';
import type { Printer } from '../../printers/printer.ts';
import type { QueueFacts } from '../../queue-files/contract.ts';
import type { PrinterStatus } from '../../spooler/contract.ts';
import type { Abilities } from './abilities.ts';
import type { DeviceDescription } from './device.ts';
import type { UriMaker } from './uris.ts';

export interface PrinterSource {
  readonly printer: Printer;
  readonly status: PrinterStatus;
  /** What its device says; without a member where it does not. */
  readonly device: DeviceDescription;
  readonly abilities: Abilities;
  readonly uris: UriMaker;
  readonly now: IppNow;
  /** When state or reasons last changed; the start of the server where they did not since. */
  readonly stateChangedAt: Moment;
  /** Its own files, and what else of printer data stands in attributes. */
  readonly queue: QueueFacts;
  /** attributes-natural-language of the request; undefined: nobody said. */
  readonly language?: string;
  /** operation-ids. */
  readonly operations: readonly number[];
}

export interface JobSource {
  readonly job: Job;
  readonly printer: Printer;
  readonly uris: UriMaker;
  readonly now: IppNow;
}

export interface DocumentSource extends JobSource {
  readonly document: JobDocument;
}

/** The two clocks of IPP: printer-up-time counts seconds, date-time-at-… names moments. */
export interface IppNow {
  readonly upTimeSeconds: number;
  readonly wall: Moment;
}

/** printer-up-time is at least 1 (RFC 8011 5.4.29). */
export function ippNow(clock: Clock, upSinceMs: number): IppNow {
  const upMs = clock.monotonicMs() - upSinceMs;
  return { upTimeSeconds: Math.max(1, Math.floor(upMs / 1000) + 1), wall: clock.wall() };
}

/** A moment in printer-up-time; 0 for those before this start (RFC 8011 5.3.14). */
export function upTimeAt(moment: Moment, { upTimeSeconds, wall }: IppNow): number {
  const agoSeconds = Math.floor((wall.ms - moment.ms) / 1000);
  return Math.min(upTimeSeconds, Math.max(0, upTimeSeconds - agoSeconds));
}
