// A client of a queue on Linux: it connects as a Windows client does, step by step, and takes what
// the printer's server has for it; nothing of that is ever run.
//
// A connection lives in a folder of its own: `files/` holds what came, `state/` what is remembered
// (pins, digests, cached keys), `staging/` what is on its way. Everything is downloaded and proven
// before the first file takes its place, so that whatever is refused leaves `files/` as it was.
import type { Clock, Random } from '../../hal/contract.ts';
import type { Folders } from '../../hal/folders.ts';
import type { TLSSocket } from 'node:tls';
import type { SplClientInfo } from '../queue-files/modules/contract.ts';

/** Why a client refuses, one code for each cause; the message says what, and what to do. */
export type ClientFault =
  /** Nobody answers, or nobody vouches for who does. */
  | 'server-unknown'
  /** The server is not the one that was pinned. */
  | 'server-key-changed'
  | 'signature-key-changed'
  | 'manifest-forged'
  /** It is signed and yet no manifest of this queue, or not the answer to this question. */
  | 'manifest-wrong'
  | 'path-unsafe'
  /** Two names that this or another system takes for one. */
  | 'names-clash'
  /** A link, or something else that is no file, stands where a file would go. */
  | 'place-taken'
  | 'digest-differs'
  | 'file-too-large'
  | 'no-space'
  | 'download-broken'
  | 'module-refused'
  | 'server-refused'
  | 'not-connected'
  /** Another process connects, refreshes or disconnects just now. */
  | 'in-use'
  | 'cups-failed';

export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly fault: ClientFault;
  /** What the server refused with, by its error code. */
  readonly serverCode: string | undefined;

  constructor(
    fault: ClientFault,
    message: string,
    options?: ErrorOptions & { readonly serverCode?: string },
  ) {
    super(message, options);
    this.fault = fault;
    this.serverCode = options?.serverCode;
  }
}

/** One step with its arguments, as the log lists it. */
export interface Step {
  readonly step: string;
  readonly [argument: string]: unknown;
}

/**
 * How a connection hands over what it has read, where that is to cost no object for each record.
 */
export interface LentBytes {
  readonly buffer: Uint8Array;
  /** The first bytes of the buffer, until it returns; false stops the reading. */
  callback(sizeBytes: number, buffer: Uint8Array): boolean;
}

/** Where the queue is. */
export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly printer: string;
}

export interface ClientParts {
  readonly folders: Folders;
  readonly random: Pick<Random, 'uuid'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** A connection whose other end is known: it has the pinned key, or authorities vouch for it. */
  readonly dial: (
    address: QueueAddress,
    pin: string | undefined,
    lent?: LentBytes,
  ) => Promise<{ readonly socket: TLSSocket; readonly key: string | undefined }>;
  /** Runs a program of this machine to its end; rejects with HalError `not-found` without it. */
  readonly run: (program: string, args: readonly string[]) => Promise<string>;
  readonly log: (step: Step) => void;
}

export interface ConnectRequest {
  readonly address: QueueAddress;
  /** Of the server's key; undefined: the one that is remembered, else authorities vouch. */
  readonly pin: string | undefined;
  readonly client: SplClientInfo;
  /** Holds the folders of all connections. */
  readonly root: string;
  /** There has to be a connection already. */
  readonly refresh: boolean;
  /** Says what it would do, and does nothing, here or on the server. */
  readonly dryRun: boolean;
  /** Makes a CUPS queue where CUPS is present. */
  readonly cups: boolean;
}

export interface Connected {
  readonly folder: string;
  readonly server: string;
  readonly printer: string;
  /** Fingerprints. */
  readonly serverKey: string | undefined;
  readonly signatureKey: string;
  readonly files: readonly {
    readonly path: string;
    readonly digest: string;
    readonly sizeBytes: number;
    readonly state: 'new' | 'changed' | 'unchanged';
  }[];
  readonly removed: readonly string[];
  /** Bytes of files that were moved over the network. */
  readonly downloadedBytes: number;
  /** All that was read and sent on its connections: manifest, heads and TLS included. */
  readonly movedBytes: number;
  readonly cupsQueue: string | undefined;
}
