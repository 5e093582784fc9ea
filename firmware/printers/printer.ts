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
  /** New jobs are held until a person releases them (RFC 3998 3.3.1; reason hold-new-jobs). */
  readonly holdNewJobs: boolean;
  /** Why it is as it is, in the words of whoever switched it; '' where nobody said. */
  readonly note: string;
  /** Job template attributes for clients that ask for none, by IPP name, in the API's JSON form. */
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly quotas: PrinterQuotas;
  readonly access: PrinterAccess;
  readonly raw: RawSettings;
  /** How long documents of ended jobs stay, so that they can be printed again. */
  readonly documentRetention: Retention;
  /** How long ended jobs are remembered. */
  readonly historyRetention: Retention;
  /** What happens to a job whose attempt broke off after bytes were delivered. */
  readonly interrupted: 'restart' | 'hold';
  readonly startPrinting: 'spooled' | 'at-once';
  /** Formats offered to clients; application/octet-stream is always among them. */
  readonly formats: readonly string[];
  readonly createdAt: Moment;
  readonly changedAt: Moment;
}

/** Kept as long as it is within every bound that is given; none: for ever. */
export interface Retention {
  /** Since the end of the job; counts once the wall clock is trusted. */
  readonly seconds?: number;
  /** The newest so many of the printer. */
  readonly jobs?: number;
  /** The newest of the printer that have so many bytes together. */
  readonly bytes?: number;
}

/** What may wait in a printer; what is left out is bounded by the appliance alone. */
export interface PrinterQuotas {
  /** One job, all its documents. */
  readonly jobBytes?: number;
  /** Jobs that have not ended. */
  readonly jobs?: number;
  /** Jobs of one user that have not ended. */
  readonly jobsPerUser?: number;
  /** Documents of all its jobs in the spool, retained ones included. */
  readonly spoolBytes?: number;
}

/** Who may print; without a member, everyone may as far as it goes. */
export interface PrinterAccess {
  /** From where: `10.1.0.0/16`, `fd00::/8`, an address. */
  readonly networks?: readonly string[];
  /** Those who have logged in, by name. */
  readonly users?: readonly string[];
  /** Whoever has logged in, where no users are named. */
  readonly logIn?: boolean;
  /**
   * Who sees whose a job is and what it is called, beside those who look after the printer: its
   * owner, where nothing is said.
   */
  readonly jobsShownTo?: 'owner' | 'all';
}

/** The printer's raw port (9100 and up). */
export interface RawSettings {
  /**
   * `pass-through`: bytes go on to the device as they come, from the first one, and what the device
   * says meanwhile goes back to the client. They are spooled all the same, so that nothing is lost
   * where the device is busy or away. `spooled`, where nothing is said: as every other job.
   */
  readonly mode?: 'spooled' | 'pass-through';
  /** The longest pause inside a document. */
  readonly idleSeconds?: number;
}

/** What may be set when a printer is made or changed. */
export interface PrinterSettings {
  readonly description?: string;
  readonly location?: string;
  readonly portNames?: readonly string[];
  readonly accepting?: boolean;
  readonly enabled?: boolean;
  readonly holdNewJobs?: boolean;
  readonly note?: string;
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly quotas?: PrinterQuotas;
  readonly access?: PrinterAccess;
  readonly raw?: RawSettings;
  readonly documentRetention?: Retention;
  readonly historyRetention?: Retention;
  readonly interrupted?: 'restart' | 'hold';
  readonly startPrinting?: 'spooled' | 'at-once';
  readonly formats?: readonly string[];
}
