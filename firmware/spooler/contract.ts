// A spooler instance: the owner of ports, printers and jobs; a node has its local one, and one per
// group it owns.
//
// Life cycle: createSpooler(options) has no side effect; `start` initialises the monitors, opens
// the ports that have a queue and recovers jobs; `stop` ends within its deadline whatever the
// devices do.
import type { Refusal } from '../errors/codes.ts';
import type { Intake } from '../intake/contract.ts';
import type { Job, JobHold } from '../jobs/job.ts';
import type { Principal } from '../api/principal.ts';
import type { Printer, PrinterSettings } from '../printers/printer.ts';
import type {
  DeviceReason,
  DeviceStatus,
  JsonValue,
  MonitorUI,
  PortInfo,
  XcvResult,
} from '../../monitors/contract.ts';
import type { PrinterData } from '../printer-data/contract.ts';
import type { QueueFiles } from '../queue-files/contract.ts';
import type { Permit } from './permit.ts';
import type { PortLanguage, PortLanguageChange } from './port-languages.ts';

/**
 * A printer's state as clients see it (RFC 8011 5.4.11, 5.4.12), from queue and devices together.
 */
export interface PrinterStatus {
  readonly state: 'idle' | 'processing' | 'stopped';
  /** `media-empty-error`, `paused` …; ['none'] when nothing is to be said. */
  readonly reasons: readonly string[];
  readonly message: string;
  /** Jobs that are not ended. */
  readonly queuedJobCount: number;
  /** A job has begun, and its device takes nothing now: off, off-line, out of paper, slow. */
  readonly waiting?: boolean;
}

export interface PortStatus {
  readonly info: PortInfo;
  /** In use by a printer's pool. */
  readonly used: boolean;
  readonly state: 'closed' | 'idle' | 'busy' | 'waiting' | 'failed';
  readonly reasons: readonly DeviceReason[];
  readonly message: string;
  /** The newest of each source. */
  readonly statuses: readonly DeviceStatus[];
  readonly currentJobId: string | undefined;
  /** It backs off: when it is tried again, unless the device shows itself or a person asks. */
  readonly nextTryInMs?: number;
  /** What was set; `languageMonitor` is the one that is on the port now. */
  readonly language: PortLanguage;
  readonly languageMonitor: string | undefined;
}

export interface MonitorInfo {
  readonly name: string;
  readonly kind: 'port' | 'language';
  readonly locality: 'local' | 'network';
  /** A monitor whose initialisation failed is present, and says why. */
  readonly state: 'ready' | 'absent' | 'failed';
  readonly message: string;
  readonly ui: MonitorUI;
}

/**
 * What operators switch: enable and disable (Resume- and Pause-Printer; a job that prints ends
 * first), accept and reject (Enable- and Disable-Printer), hold-new-jobs and release-held-new-jobs
 * (RFC 3998 3.3), which lets go what was held at its creation.
 */
export const printerSwitches = [
  'enable',
  'disable',
  'accept',
  'reject',
  'hold-new-jobs',
  'release-held-new-jobs',
] as const;

export type PrinterSwitch = (typeof printerSwitches)[number];

export interface Printers {
  list(): Promise<readonly Printer[]>;
  /** By UUID, or by name without regard to case. */
  find(idOrName: string): Promise<Printer | undefined>;
  create(
    name: string,
    settings: PrinterSettings,
    by: Principal,
  ): Promise<{ readonly kind: 'done'; readonly printer: Printer } | Refusal>;
  change(
    id: string,
    settings: PrinterSettings,
    by: Principal,
  ): Promise<{ readonly kind: 'done'; readonly printer: Printer } | Refusal>;
  /** `note` says why, for people; it replaces the one before. Needs an operator. */
  operate(
    id: string,
    what: PrinterSwitch,
    by: Principal,
    note?: string,
  ): Promise<{ readonly kind: 'done'; readonly printer: Printer } | Refusal>;
  /** Refused while jobs wait in it, unless `cancelJobs`. */
  remove(
    id: string,
    options: { readonly cancelJobs: boolean },
    by: Principal,
  ): Promise<{ readonly kind: 'done' } | Refusal>;
  status(id: string): Promise<PrinterStatus>;
  /** Of these, by id, with one question to the store: a fleet is looked at as a whole. */
  statuses(ids: readonly string[]): Promise<ReadonlyMap<string, PrinterStatus>>;
}

export interface Ports {
  list(): Promise<readonly PortStatus[]>;
  monitors(): readonly MonitorInfo[];
  /**
   * One Xcv call: `,XcvMonitor monitor` without `portName`, `,XcvPort port` with it; rights by
   * principal.
   */
  xcv(
    target: { readonly monitor: string; readonly portName?: string },
    command: string,
    input: JsonValue,
    by: Principal,
  ): Promise<XcvResult | Refusal>;
  /**
   * Sets what is named: the language monitor (`auto`, `none`, or one by name) and whether the port
   * is bidirectional. Counts from the next document on. Needs an administrator.
   */
  setLanguage(
    portName: string,
    change: PortLanguageChange,
    by: Principal,
  ): Promise<{ readonly kind: 'done'; readonly language: PortLanguage } | Refusal>;
}

export interface JobFilter {
  readonly printerId?: string;
  /** `held`: those of `not-completed` that wait for somebody or for a time. */
  readonly which: 'completed' | 'not-completed' | 'held' | 'all';
  readonly userName?: string;
  /** Jobs after this job number, in the order of `which`. */
  readonly afterNumber?: number;
  readonly limit: number;
}

/** What was done to a job, and the job as it is now. */
export type JobAnswer = { readonly kind: 'done'; readonly job: Job } | Refusal;

/** What can be changed of a job that does not print yet. */
export interface JobChanges {
  readonly name?: string;
  readonly priority?: number;
  readonly copies?: number;
  /** Job template attributes by IPP name; `null` takes one away. The rest stays. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What differs in a job that is printed again. */
export interface ReprintRequest {
  /** The same printer, unless another is named. */
  readonly printerId?: string;
  readonly name?: string;
  readonly priority?: number;
  readonly copies?: number;
  readonly hold?: JobHold;
}

/**
 * Owners may do to their own jobs what is not said to need an operator. Each answer is after the
 * commit.
 */
export interface Jobs {
  /** Not completed: in the order of printing. Completed: newest first (RFC 8011 4.2.6). */
  list(filter: JobFilter): Promise<readonly Job[]>;
  /** By UUID or by number. */
  find(idOrNumber: string | number): Promise<Job | undefined>;
  cancel(id: string, by: Principal): Promise<JobAnswer>;
  /**
   * Cancels what has not ended: of one printer, of one user, or both (Cancel-Jobs, Cancel-My-Jobs).
   * Another's jobs need an operator. Resolves with how many were cancelled.
   */
  cancelAll(
    filter: { readonly printerId?: string; readonly userName?: string },
    by: Principal,
  ): Promise<{ readonly kind: 'done'; readonly count: number } | Refusal>;
  /** Hold-Job: not while it prints. A job that is held already gets the new time. */
  hold(id: string, hold: JobHold, by: Principal): Promise<JobAnswer>;
  /**
   * Lets a held job go on; one that was interrupted starts from its first byte, and stays marked.
   * One that the printer held at its creation needs an operator.
   */
  release(id: string, by: Principal): Promise<JobAnswer>;
  /** To another printer of this spooler; not while it prints or arrives. Needs an operator. */
  move(id: string, printerId: string, by: Principal): Promise<JobAnswer>;
  /** Priority, copies, name, attributes: not while it prints. */
  change(id: string, changes: JobChanges, by: Principal): Promise<JobAnswer>;
  /**
   * Prints an ended job again that is `retained`: a new job, with the old one's owner and
   * documents.
   */
  reprint(id: string, request: ReprintRequest, by: Principal): Promise<JobAnswer>;
  /** A group's jobs that the other appliance may have printed: each waits for its word. */
  unsure(): Promise<readonly Job[]>;
  /**
   * A person says instead what becomes of them, of all or of those named: printed, and marked as
   * possibly printed twice, or discarded. Needs an operator. Resolves with how many were settled.
   */
  settle(
    what: 'print' | 'discard',
    ids: readonly string[] | undefined,
    by: Principal,
  ): Promise<{ readonly kind: 'done'; readonly count: number } | Refusal>;
  /** Forgets an ended job with its documents (Purge-Jobs). Needs an operator. */
  remove(id: string, by: Principal): Promise<{ readonly kind: 'done' } | Refusal>;
}

/** LooksAlive and IsAlive of the Print Spooler resource. */
export interface SpoolerHealth {
  readonly alive: boolean;
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
}

export interface Spooler {
  readonly id: string;
  readonly permit: Permit;
  readonly intake: Intake;
  readonly printers: Printers;
  readonly ports: Ports;
  readonly jobs: Jobs;
  readonly data: PrinterData;
  readonly files: QueueFiles;
  start(): Promise<void>;
  /** Records came that this spooler did not commit: its ports look for work again. */
  lookAgain(): void;
  /**
   * Starts no job and takes no upload any more; resolves once what printed and what arrived has
   * ended. Then `stop`. With `closeDoor` another spooler goes on with the same log: uploads are
   * taken until nothing prints any more, then it is called, and whoever is connected then is still
   * served.
   */
  drain(closeDoor?: () => Promise<void>): Promise<void>;
  /** Interrupts what prints, closes ports, shuts monitors down. Jobs stay as they are. */
  stop(deadline: AbortSignal): Promise<void>;
  /** Cheap, from memory. */
  looksAlive(): SpoolerHealth;
  /** Thorough: asks store and spool. */
  isAlive(): Promise<SpoolerHealth>;
}

/** Which spooler a client means: decided by the local address of its connection. */
export interface SpoolerDirectory {
  byAddress(localAddress: string): Spooler;
  byId(id: string): Spooler | undefined;
  /** Why a group that exists has no spooler here just now; undefined: there is no such group. */
  whyAbsent?(idOrName: string): string | undefined;
  all(): readonly Spooler[];
  /** The groups of the pair, whoever owns them. */
  groupNames?(): readonly { readonly id: string; readonly name: string }[];
}
