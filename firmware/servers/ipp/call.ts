// One IPP request on its way through an operation: what was asked, by whom, and what comes back.
import type { Clock } from '../../../hal/contract.ts';
import type { IppAttribute, IppGroup, IppMessage } from '../../../monitors/wire/ipp/message.ts';
import type { IppOperationName } from '../../../monitors/wire/ipp/operations.ts';
import type { IppStatusName } from '../../../monitors/wire/ipp/status.ts';
import type { Principal } from '../../api/principal.ts';
import type { Job } from '../../jobs/job.ts';
import type { Printer } from '../../printers/printer.ts';
import type { Spooler } from '../../spooler/contract.ts';
import type { UriMaker } from './uris.ts';

export type PrintClient = Extract<Principal, { kind: 'print-client' }>;

export interface IppCall {
  readonly message: IppMessage;
  readonly spooler: Spooler;
  readonly client: PrintClient;
  readonly uris: UriMaker;
  readonly clock: Clock;
  /** Clock.monotonicMs of the moment from which printer-up-time counts. */
  readonly upSinceMs: number;
  /** Those that this server carries out. */
  readonly operations: readonly IppOperationName[];
  /** What follows the attributes; unread it stays with the server. */
  readonly document: AsyncIterableIterator<Uint8Array>;
  /** Its length, where the client announced it. */
  readonly documentSizeBytes: number | undefined;
}

/** A successful end; everything else is an IppFault. */
export interface IppOutcome {
  readonly status?: Extract<IppStatusName, `successful-${string}`>;
  readonly groups: readonly IppGroup[];
  /** For the unsupported-attributes group; makes the status say so. */
  readonly unsupported?: readonly IppAttribute[];
}

interface OperationBase {
  readonly name: IppOperationName;
  /** Operation attributes without which the request is refused. */
  readonly required: readonly string[];
  readonly clause: string;
}

/** One operation. `target` decides which URI it needs, and what `run` is given. */
export type IppOperationRow =
  | (OperationBase & {
      readonly target: 'printer';
      readonly run: (call: IppCall, printer: Printer) => Promise<IppOutcome>;
    })
  | (OperationBase & {
      readonly target: 'job';
      readonly run: (call: IppCall, job: Job, printer: Printer) => Promise<IppOutcome>;
    });
