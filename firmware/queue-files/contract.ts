// Queue-specific files: what a client needs for a printer, kept with the printer, signed by the
// spooler that owns it; and who is connected to the queue.
//
// Nothing of a file is ever run, here or on a client: the only modules are built in.
import type { OpenFile } from '../../hal/contract.ts';
import type { Principal } from '../api/principal.ts';
import type { Refusal } from '../errors/codes.ts';
import type { Moment } from '../jobs/job.ts';
import type { ConnectionEntry, FileEntry } from '../store/printer-data-rows.ts';
import type { SignedManifest } from './manifest.ts';
import type { SplClientInfo } from './modules/contract.ts';

export interface NewFile {
  readonly name: string;
  readonly component: string;
  /** Relative to the print share; that of the component, else the component's name. */
  readonly directory?: string | undefined;
  /** A copy-file module; that of the component, else `color` for profiles and `plain`. */
  readonly module?: string | undefined;
  readonly sizeBytes?: number | undefined;
}

/** Who connects; `id` where it was connected before and knows it. */
export interface NewConnection {
  readonly id?: string | undefined;
  readonly client: string;
  readonly user: string;
  readonly address: string;
}

export interface ManifestRequest {
  readonly client: SplClientInfo;
  /** Of the client's choice, so that an old answer is none: it stands in the signed text. */
  readonly nonce: string;
}

/** What of a queue stands in the attributes of its printer. */
export interface QueueFacts {
  readonly files: readonly FileEntry[];
  /** When data or files last changed; undefined: never. */
  readonly changedAt: Moment | undefined;
  /** Where somebody else keeps the driver: PrinterDriverData, printer-driver-installer. */
  readonly driverInstaller: string | undefined;
}

/** The value of printer data that printer-driver-installer sets. */
export const driverInstaller = {
  key: 'PrinterDriverData',
  name: 'printer-driver-installer',
} as const;

/** Functions reject as Store.commit does, and with a HalError where the disk failed. */
export interface QueueFiles {
  /** By directory and name. */
  list(printerId: string): Promise<readonly FileEntry[]>;
  /** Remembered until it changes. */
  facts(printerId: string): Promise<QueueFacts>;
  /** Resolves after content and record are durable. Needs an administrator. */
  put(
    printerId: string,
    stream: AsyncIterable<Uint8Array>,
    file: NewFile,
    by: Principal,
  ): Promise<{ readonly kind: 'done'; readonly file: FileEntry } | Refusal>;
  remove(
    printerId: string,
    place: { readonly directory: string; readonly name: string },
    by: Principal,
  ): Promise<{ readonly kind: 'done' } | Refusal>;
  /** The caller closes it. */
  open(
    printerId: string,
    place: { readonly directory: string; readonly name: string },
  ): Promise<
    { readonly kind: 'open'; readonly file: FileEntry; readonly content: OpenFile } | Refusal
  >;
  /** All keys as this client sees them, and all files with their digests, signed. */
  manifest(printerId: string, request: ManifestRequest): Promise<SignedManifest | Refusal>;
  connections(printerId: string): Promise<readonly ConnectionEntry[]>;
  connect(
    printerId: string,
    connection: NewConnection,
  ): Promise<{ readonly kind: 'done'; readonly connection: ConnectionEntry } | Refusal>;
  disconnect(printerId: string, connectionId: string): Promise<{ readonly kind: 'done' } | Refusal>;
}
