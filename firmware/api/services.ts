// What the rows of the API work with; the composition root makes it once.
import type { Clock, Random } from '../../hal/contract.ts';
import type { AuditTrail } from '../audit/contract.ts';
import type { BoxControl } from '../box/contract.ts';
import type { Backups } from '../backup/contract.ts';
import type { Settings } from '../config/settings.ts';
import type { Devices } from '../devices/contract.ts';
import type { Events } from '../events/event.ts';
import type { Certificates } from '../identity/contract.ts';
import type { Log } from '../log/log.ts';
import type { NetworkAdministration } from '../network-settings/contract.ts';
import type { Printer } from '../printers/printer.ts';
import type { EngineView } from '../snmp/contract.ts';
import type { SnmpReaders } from '../snmp/readers.ts';
import type { PairRoom } from '../pair/room-contract.ts';
import type { SpoolerDirectory } from '../spooler/contract.ts';
import type { SupportFacts } from '../support/bundle.ts';
import type { RecentLines } from '../telling/recent-lines.ts';
import type { Access } from '../users/access.ts';
import type { ApplianceView, PrinterAddresses } from './types.ts';

/** What the appliance knows of itself. */
export interface Appliance {
  readonly version: string;
  readonly nodeId: string;
  readonly startedAtMs: number;
  /** What clients reach, as it is now. */
  addresses(): Promise<ApplianceView['addresses']>;
  /** Where clients print to this printer. */
  printerAddresses(printer: Printer): PrinterAddresses;
  /** What is wrong with the box itself, and keeps nothing from printing. */
  problems?(): readonly string[];
}

export interface ApiServices {
  /** Left out: there is no SNMP agent. */
  readonly snmp?: { readonly engine: EngineView; readonly readers: SnmpReaders };
  readonly access: Access;
  readonly audit: AuditTrail;
  /** The newest lines of the log; undefined in tests of other rows, as `support` and `backups`. */
  readonly lines?: Pick<RecentLines, 'list'>;
  readonly support?: SupportFacts;
  readonly settings?: Settings;
  readonly backups?: Backups;
  readonly certificates: Certificates;
  readonly directory: SpoolerDirectory;
  /** Undefined until the appliance looks for them. */
  readonly devices?: Devices | undefined;
  readonly events: Events;
  /** Undefined where the machine's network is not ours. */
  readonly network?: NetworkAdministration | undefined;
  /** Undefined where the machine is not ours. */
  readonly box?: BoxControl | undefined;
  readonly appliance: Appliance;
  /** Undefined where nothing can be paired, in tests of other rows. */
  readonly pair?: PairRoom;
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
  readonly log: Log;
}
