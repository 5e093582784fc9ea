// One IPP request on its way through an operation: what was asked, by whom, and what comes back.
import type { Clock } from '../../../hal/contract.ts';
import type { IppAttribute, IppGroup, IppMessage } from '../../../monitors/wire/ipp/message.ts';
import type { IppOperationName } from '../../../monitors/wire/ipp/operations.ts';
import type { IppStatusName } from '../../../monitors/wire/ipp/status.ts';
import type { Principal } from '../../api/principal.ts';
import type { Job } from '../../jobs/job.ts';
import type { Printer } from '../../printers/printer.ts';
import type { Spooler, SpoolerDirectory } from '../../spooler/contract.ts';
import type { Authentication } from '../authentication.ts';
import type { ServerLog } from '../contract.ts';
import type { DeviceDescription } from './device.ts';
import type { StateChanges } from './state-changes.ts';
import type { Subscriptions } from './subscriptions/subscriptions.ts';
import type { IppWay, UriMaker } from './uris.ts';

export type PrintClient = Extract<Principal, { kind: 'print-client' }>;

/** What every request is answered with. */
export interface IppServices {
  readonly directory: SpoolerDirectory;
  readonly clock: Clock;
  readonly log: ServerLog;
  /** Clock.monotonicMs of the moment from which printer-up-time counts. */
  readonly upSinceMs: number;
  readonly authentication: Authentication;
  readonly subscriptions: Subscriptions;
  readonly stateChanges: StateChanges;
  /** By which ports IPP is served besides that of the request, with and without TLS. */
  readonly ways: () => readonly IppWay[];
  /** What the device behind a printer says of itself. */
  readonly describeDevice: (spooler: Spooler, printer: Printer) => Promise<DeviceDescription>;
  /** Identify-Printer: someone stands before the devices and looks for this one. */
  readonly identify: (spooler: Spooler, printer: Printer, message: string) => void;
}

export interface IppCall extends IppServices {
  readonly message: IppMessage;
  readonly spooler: Spooler;
  readonly client: PrintClient;
  /** In whose name things are done: the client, or the user as whom it logged in. */
  readonly by: Principal;
  readonly uris: UriMaker;
  /** Those that this server carries out. */
  readonly operations: readonly IppOperationName[];
  /** What follows the attributes; unread it stays with the server. */
  readonly document: AsyncIterableIterator<Uint8Array>;
  /** Its length, where the client announced it. */
  readonly documentSizeBytes: number | undefined;
}

/** A successful end; everything else is an IppFault. */
export interface IppOutcome {
  readonly status?:
    | Extract<IppStatusName, `successful-${string}`>
    /** The one error whose answer has groups (RFC 3995 11.1.2.2). */
    | 'client-error-ignored-all-subscriptions';
  /** Besides charset and language. */
  readonly operationAttributes?: readonly IppAttribute[];
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
  /** CUPS's clients ask for all printers of a server; a URI without a name means them. */
  | (OperationBase & {
      readonly target: 'printers';
      readonly run: (call: IppCall, printer: Printer | undefined) => Promise<IppOutcome>;
    })
  | (OperationBase & {
      readonly target: 'spooler';
      readonly run: (call: IppCall) => Promise<IppOutcome>;
    })
  | (OperationBase & {
      readonly target: 'job';
      readonly run: (call: IppCall, job: Job, printer: Printer) => Promise<IppOutcome>;
    });
