// Backup and restore: one encrypted file with all that an appliance is set up to be, and no jobs.
//
// The file is a clear head (what makes the key of the passphrase) and sealed pieces; within them
// stand entries: a manifest first, then identity, certificates, configuration files, registry with
// users and ports, printers, groups as they were declared, and the files of queues. The pair is not
// in it: its generation and terms only grow, so a restored box pairs anew.
//
// A restore is three steps: `take` keeps the file, `check` reads it whole and says what is in it,
// `restore` checks again, puts the new state beside the old one, and has the appliance start anew;
// the start exchanges the two (at-start.ts). Until then nothing has changed.
import type { GroupDefinition } from '../cluster/group-definition.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Moment } from '../jobs/job.ts';
import type { PrinterSettings } from '../printers/printer.ts';

/** What a backup holds, for people. */
export interface BackupSummary {
  readonly madeAt: Moment;
  /** The Platen that made it. */
  readonly version: string;
  readonly nodeId: string;
  readonly hostName: string;
  readonly printers: readonly string[];
  /** Declared, to be made again once the box is paired. */
  readonly groups: readonly string[];
  readonly files: number;
  /** Jobs that wait here now: `restore` takes them only with `discardJobs`. */
  readonly waitingJobs: number;
}

/** A group with what its owner had set up in it. */
export interface DeclaredGroup {
  readonly definition: GroupDefinition;
  readonly ports: readonly DeclaredPort[];
  readonly printers: readonly { readonly name: string; readonly settings: PrinterSettings }[];
}

export interface DeclaredPort {
  readonly name: string;
  readonly monitor: string;
  /** As AddPort takes them, without secrets; and `language` and `bidirectional` of the port. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** A file of a queue, as it comes and goes in a backup. */
export interface BackupFile {
  /** Its SHA-256, 64 hexadecimal digits. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly read: () => AsyncIterable<Uint8Array>;
}

export type BackupAnswer = { readonly kind: 'sound'; readonly summary: BackupSummary } | Refusal;

/** Functions reject with a HalError where the disk fails. One call of each at a time. */
export interface Backups {
  /** The sealed file, made while it is read; what changes meanwhile may be in it or not. */
  make(
    passphrase: string,
  ): Promise<
    | { readonly kind: 'made'; readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }
    | Refusal
  >;
  /** Keeps the file, in place of the one before. */
  take(
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly kind: 'taken'; readonly sizeBytes: number } | Refusal>;
  check(passphrase: string): Promise<BackupAnswer>;
  /** Durable when it resolves; the appliance starts anew a moment later. */
  restore(passphrase: string, options: { readonly discardJobs: boolean }): Promise<BackupAnswer>;
  /** The groups of the kept file, for a box that is paired now. */
  groups(
    passphrase: string,
  ): Promise<{ readonly kind: 'sound'; readonly groups: readonly DeclaredGroup[] } | Refusal>;
}
