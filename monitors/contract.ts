// The contract between the spooler and its port and language monitors: Windows's
// InitializePrintMonitor2, for clusters.
//
// Life cycle: a module is loaded once; `initializePrintMonitor2` is called once for each spooler
// instance that it serves (the node's, and each group's), and all state hangs on the Monitor2 that
// it returns. Per port: openPort → (startDocPort → writePort/readPort × n → endDocPort) × many →
// closePort. A port is not opened again before it was closed. `shutdown` ends the instance;
// afterwards nothing of `init` may be used. Calls on one port come one at a time, but for readPort
// and aborts.
//
// Every call carries a signal that aborts at its deadline (the spooler's resource time-out, 180 s).
// The deadline bounds a call, never a document: writePort answers `waiting` well before it. A
// monitor that ignores its signal is cut off: its connections are reset and its port marked failed.
import type {
  Clock,
  OutputDevice,
  PrinterNode,
  Random,
  SerialLine,
  SerialPort,
  SerialPortInfo,
  TcpConnectOptions,
  TcpConnection,
  UsbDeviceInfo,
  UsbInterface,
  UsbInterfaceInfo,
} from '../hal/contract.ts';
import type { SnmpOpenOptions, SnmpSession } from '../hal/snmp.ts';
import type { DeviceFacts } from './device-facts.ts';
import type { Win32Status } from './win32-status.ts';

/** Names the owner of ports, printers and jobs: `local`, or the name of a group. */
export type SpoolerId = string;

/** What JSON can say; the payload of Xcv calls. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

// ---- modules ----------------------------------------------------------------------------------

/**
 * One monitor module. `locality` is decided here, by the kind, never by a user's word: a `local`
 * monitor drives ports of this box and answers undefined where `init.local` is false.
 */
export interface MonitorModule {
  /** Short name: `tcp`, `usb`, `pjl` … */
  readonly name: string;
  readonly kind: 'port' | 'language';
  readonly locality: 'local' | 'network';
  /** Language monitors: the names in a device ID's CMD that mean their language, in upper case. */
  readonly commandSets?: readonly string[];
  /** InitializePrintMonitor2. Undefined: this monitor has nothing to do for such a spooler. */
  readonly initializePrintMonitor2?: (init: MonitorInit) => Promise<Monitor2 | undefined>;
  /**
   * InitializePrintMonitor, unconverted: serves the local spooler only and is refused for a group.
   */
  readonly initializePrintMonitor?: (init: MonitorInit) => Promise<Monitor2 | undefined>;
  /** InitializePrintMonitorUI: the UI half, as data that page and CLI render. */
  readonly initializePrintMonitorUI: () => MonitorUI;
}

/** MONITORINIT: all that an instance may use. */
export interface MonitorInit {
  /** hSpooler: which spooler instance calls. */
  readonly spooler: SpoolerId;
  /** bLocal: true for the node's own spooler, false for a group's. */
  readonly local: boolean;
  /** pszServerName: the node's host name or the group's network name. */
  readonly serverName: string;
  /** pMonitorReg over hckRegistryRoot: the only place for configuration. */
  readonly registry: MonitorRegistry;
  /** The only way to a device or a socket. */
  readonly devices: MonitorDevices;
  readonly clock: Clock;
  readonly random: Random;
  /** SetPort level 3: what the device's state is now, whenever it changes. */
  readonly reportStatus: (portName: string, status: DeviceStatus) => void;
  readonly log: MonitorLog;
}

export interface MonitorLog {
  debug(message: string, facts?: Readonly<Record<string, JsonValue>>): void;
  info(message: string, facts?: Readonly<Record<string, JsonValue>>): void;
  warn(message: string, facts?: Readonly<Record<string, JsonValue>>): void;
}

/**
 * The devices an instance may open; the spooler remembers each handle, so that cutting a monitor
 * off resets them. A group's instance gets its sockets bound to the group's address and is refused
 * addresses that are the appliance's own (`address-refused`); the devices of the box
 * (`LocalDevices`) are refused to it (`permission-denied`).
 */
export interface MonitorDevices extends LocalDevices {
  connectTcp(
    options: Omit<TcpConnectOptions, 'localAddress' | 'refuseAddress'>,
  ): Promise<TcpConnection>;
  /** Questions to the SNMP agent of a network printer, by the same rules. */
  openSnmp(
    options: Omit<SnmpOpenOptions, 'address' | 'localAddress'> & {
      readonly host: string;
      readonly signal?: AbortSignal;
    },
  ): Promise<SnmpSession>;
}

/** What is plugged into the box, or lies on its disk. */
export interface LocalDevices {
  /** A file or FIFO of the appliance's output folder, by its plain name. */
  openOutput(name: string, start: 'append' | 'replace'): Promise<OutputDevice>;
  /** A printer's node of the kernel, by its path. */
  openPrinterNode(path: string): Promise<OutputDevice>;
  listPrinterNodes(): Promise<readonly PrinterNode[]>;
  openSerial(path: string, line: SerialLine): Promise<SerialPort>;
  listSerial(): Promise<readonly SerialPortInfo[]>;
  listUsb(): Promise<readonly UsbDeviceInfo[]>;
  openUsb(
    device: Pick<UsbDeviceInfo, 'path' | 'bus' | 'address'>,
    info: UsbInterfaceInfo,
  ): Promise<UsbInterface>;
}

// ---- MONITOR2 ---------------------------------------------------------------------------------

/** What every call takes: it ends soon after `signal` aborts, and in any case by itself before. */
export interface Call {
  readonly signal: AbortSignal;
}

/** MONITOR2, one instance. Undefined members are functions the monitor does not offer. */
export interface Monitor2 {
  /** EnumPorts: the ports that were added, level 2 (PORT_INFO_2). */
  enumPorts(call: Call): Promise<readonly PortInfo[]>;
  /**
   * OpenPort: port monitors. Sets initial time-outs; opens no device. Unknown name:
   * ERROR_UNKNOWN_PORT.
   */
  openPort?(name: string, call: Call): Promise<Opened<MonitorPort>>;
  /**
   * OpenPortEx: language monitors; checks and keeps the port monitor's functions, then usually
   * opens the port.
   */
  openPortEx?(
    name: string,
    printerName: string,
    portMonitor: Monitor2,
    call: Call,
  ): Promise<Opened<MonitorPort>>;
  /**
   * XcvOpenPort: `,XcvMonitor name` (object empty) or `,XcvPort name`; keeps the granted access.
   */
  xcvOpenPort(object: string, grantedAccess: ReadonlySet<XcvAccess>): Opened<XcvPort>;
  /** Shutdown: returns quickly, whatever the devices do; required of all. */
  shutdown(call: Call): Promise<void>;
  /** NotifyUsedPorts and NotifyUnusedPorts: which ports have a queue. */
  notifyUsedPorts?(names: readonly string[]): void;
  notifyUnusedPorts?(names: readonly string[]): void;
  /** PowerEvent: sleep and wake. */
  powerEvent?(event: 'suspend' | 'resume'): void;
}

export type Opened<T> =
  | { readonly status: 'ERROR_SUCCESS'; readonly handle: T }
  | { readonly status: Exclude<Win32Status, 'ERROR_SUCCESS'>; readonly message: string };

/** PORT_INFO_2. */
export interface PortInfo {
  readonly name: string;
  readonly monitorName: string;
  readonly description: string;
  /** What the port can do: write only, or read and write (PORT_TYPE_*). */
  readonly types: readonly ('write' | 'read' | 'redirected' | 'net-attached')[];
  /** Where a network port leads, as it was written: what monitors/locality.ts decides by. */
  readonly host?: string;
}

/** hPort: one open port. */
export interface MonitorPort {
  /** StartDocPort: opens the device, keeps others off it where needed. */
  startDocPort(doc: DocInfo, call: Call): Promise<StartDocOutcome>;
  /**
   * WritePort: hands over bytes, in order. `writtenBytes` counts those the monitor has taken and
   * answers for; the caller sends the rest again. Ends in `waiting` before the deadline when the
   * device takes nothing; called again for as long as it waits, with what is left, which may be no
   * bytes: `written` then says that nothing is under way any more, and endDocPort may follow. Never
   * reports a byte twice. The monitor may keep `bytes` after `waiting`: nobody changes them any
   * more.
   */
  writePort(bytes: Uint8Array, call: Call): Promise<WriteOutcome>;
  /** ReadPort: what the device said, at most `maxBytes`; empty when it said nothing in time. */
  readPort(maxBytes: number, call: Call): Promise<Uint8Array>;
  /**
   * EndDocPort: always follows a successful startDocPort, once. `discard` gives the document up
   * (cancelled or interrupted): the device is told to forget it where that is possible, and nothing
   * is waited for.
   */
  endDocPort(request: { readonly discard: boolean }, call: Call): Promise<PortOutcome>;
  /** ClosePort: the handle is invalid afterwards. */
  closePort(call: Call): Promise<void>;
  /**
   * GetPrinterDataFromPort: a named value from the printer; undefined where it has none, or is not
   * there. `DeviceId` is its 1284 id as text, by which a language monitor is chosen; it is asked
   * outside of documents too.
   */
  getPrinterDataFromPort?(name: string, call: Call): Promise<JsonValue | undefined>;
  /** SetPortTimeOuts; called by language monitors only. */
  setPortTimeOuts?(timeOuts: PortTimeOuts): void;
  /**
   * SendRecvBidiDataFromPort; a language monitor hands schemas it does not know to the port
   * monitor.
   */
  sendRecvBidiDataFromPort?(request: BidiRequest, call: Call): Promise<BidiAnswer>;
}

/** DOC_INFO_2, and the job itself: nothing is smuggled through shared state. */
export interface DocInfo {
  readonly printerName: string;
  readonly jobId: number;
  readonly jobUuid: string;
  readonly documentName: string;
  readonly userName: string;
  /** The MIME type, or application/octet-stream. */
  readonly format: string;
  /** The document's length where it is known before the end. */
  readonly sizeBytes: number | undefined;
  /**
   * An earlier attempt, of this appliance or the group's other one, may have handed it over: a
   * device that can tell is asked before it gets it again.
   */
  readonly mayBeThere?: boolean;
}

export type StartDocOutcome =
  | {
      readonly kind: 'started';
      /**
       * Where the connection leaves the box, for the start record; undefined for devices without
       * one.
       */
      readonly localPort?: number;
    }
  /** The device has it from an earlier attempt (`mayBeThere`), and is done with it. */
  | { readonly kind: 'done'; readonly end: Omit<PortOutcome, 'deliveredBytes'> }
  /**
   * The device is off, busy or out of paper; nothing was sent. The caller tries again after a
   * back-off.
   */
  | {
      readonly kind: 'waiting';
      readonly reasons: readonly DeviceReason[];
      readonly message: string;
    }
  /** It can't work before someone changes something: a bad setting, an address that is refused. */
  | {
      readonly kind: 'failed';
      readonly status: Exclude<Win32Status, 'ERROR_SUCCESS'>;
      readonly message: string;
    };

export type WriteOutcome =
  | { readonly kind: 'written'; readonly writtenBytes: number }
  | {
      readonly kind: 'waiting';
      readonly writtenBytes: number;
      readonly reasons: readonly DeviceReason[];
      readonly message: string;
    }
  /** This connection to the device is over; endDocPort tells what was delivered. */
  | {
      readonly kind: 'failed';
      readonly writtenBytes: number;
      readonly reasons: readonly DeviceReason[];
      readonly message: string;
    };

/**
 * What became of a document at the port. `deliveredBytes` is an upper bound of what the device may
 * have taken: 0 means that it certainly took none. `sent`: the device took all bytes; `printed`: it
 * confirmed the last page; `failed`: neither. Delivered and outcome are two answers.
 */
export interface PortOutcome {
  readonly deliveredBytes: number;
  readonly outcome: 'printed' | 'sent' | 'failed';
  readonly reasons: readonly DeviceReason[];
  readonly message?: string;
  /** What the device counted of this document: impressions, or labels. */
  readonly pages?: number;
  /** A person ended the job at the device itself: final, never restarted. */
  readonly cancelledAtDevice?: boolean;
}

/** COMMTIMEOUTS, the parts that monitors use. */
export interface PortTimeOuts {
  readonly readTotalMs: number;
  readonly readIntervalMs: number;
  readonly writeTotalMs: number;
}

/** BIDI_REQUEST_CONTAINER: action and schema (`\Printer.Status…`). */
export interface BidiRequest {
  readonly access: ReadonlySet<XcvAccess>;
  readonly action: 'EnumSchema' | 'Get' | 'Set' | 'GetAll' | 'GetWithArgument';
  readonly schema: string;
  readonly argument?: JsonValue;
}

export interface BidiAnswer {
  readonly status: Win32Status;
  readonly values: readonly { readonly schema: string; readonly value: JsonValue }[];
}

// ---- device status ----------------------------------------------------------------------------

/** printer-state-reasons keywords without their severity suffix (RFC 8011 5.4.12, PWG 5100.9). */
export const deviceReasonKeywords = [
  'other',
  'connecting-to-device',
  'timed-out',
  'offline-report',
  'media-needed',
  'media-jam',
  'media-low',
  'media-empty',
  'input-tray-missing',
  'output-tray-missing',
  'output-area-almost-full',
  'output-area-full',
  'cover-open',
  'door-open',
  'interlock-open',
  'toner-low',
  'toner-empty',
  'marker-supply-low',
  'marker-supply-empty',
  'marker-waste-almost-full',
  'marker-waste-full',
  'fuser-over-temp',
  'fuser-under-temp',
  'opc-near-eol',
  'opc-life-over',
  'developer-low',
  'developer-empty',
  'interpreter-resource-unavailable',
  'paused',
  'power-down',
  'subunit-life-almost-over',
  'subunit-life-over',
] as const;

export type DeviceReasonKeyword = (typeof deviceReasonKeywords)[number];

/**
 * One reason with its severity, as IPP's suffix says it: `media-empty-error`. Only `error` stops
 * jobs.
 */
export interface DeviceReason {
  readonly keyword: DeviceReasonKeyword;
  readonly severity: 'report' | 'warning' | 'error';
}

/** Who says so; the newest status of each source counts, and their reasons are united. */
export type DeviceStatusSource = 'port-monitor' | 'language-monitor' | 'snmp' | 'spooler';

/**
 * What one source knows of the device (SetPort level 3, PORT_INFO_3). No reasons: nothing is wrong.
 */
export interface DeviceStatus {
  readonly source: DeviceStatusSource;
  readonly reasons: readonly DeviceReason[];
  /** For people; what the device's display says, or what went wrong. */
  readonly message?: string;
  /** The device is working on something, as far as the source can tell. */
  readonly busy?: boolean;
  /** Clock.monotonicMs of the observation. */
  readonly atMs: number;
  /** What else the source knows of the device. */
  readonly device?: DeviceFacts;
}

// ---- Xcv and the UI half ----------------------------------------------------------------------

/** The rights a handle was opened with (SERVER_ACCESS_*, PORT_ACCESS_USE). */
export type XcvAccess = 'SERVER_ACCESS_ADMINISTER' | 'SERVER_ACCESS_ENUMERATE' | 'PORT_ACCESS_USE';

/** hXcv. */
export interface XcvPort {
  /**
   * XcvDataPort: a named command with a JSON payload. Never throws; what went wrong is the status.
   */
  xcvDataPort(name: string, input: JsonValue, call: Call): Promise<XcvResult>;
  /** XcvClosePort. */
  xcvClosePort(): void;
}

/** The call was delivered; `status` is its outcome. */
export interface XcvResult {
  readonly status: Win32Status;
  readonly output?: JsonValue;
  /** What is wrong, where, and what to do; for people. */
  readonly message?: string;
}

/** The UI half, as data; `version` grows when a reader of an older one could misread it. */
export interface MonitorUI {
  readonly version: 1;
  readonly title: string;
  readonly help: string;
  /** Shown to add a port; the values become the input of Xcv AddPort. */
  readonly addPort: readonly FormField[];
  /** Shown to change one; the values become the input of Xcv ConfigPort. */
  readonly configurePort: readonly FormField[];
}

interface FieldBase {
  /** The key in the Xcv payload. */
  readonly name: string;
  readonly label: string;
  readonly help: string;
  readonly required: boolean;
}

export type FormField =
  | (FieldBase & { readonly type: 'text'; readonly maxLength: number; readonly initial?: string })
  | (FieldBase & {
      readonly type: 'integer';
      readonly min: number;
      readonly max: number;
      readonly initial?: number;
      readonly unit?: string;
    })
  | (FieldBase & { readonly type: 'boolean'; readonly initial?: boolean })
  | (FieldBase & {
      readonly type: 'choice';
      readonly options: readonly { readonly value: string | number; readonly label: string }[];
      readonly initial?: string | number;
    })
  | (FieldBase & { readonly type: 'secret'; readonly maxLength: number });

// ---- MONITORREG -------------------------------------------------------------------------------

/** A value of the registry: REG_SZ, REG_DWORD, REG_BINARY, REG_MULTI_SZ. */
export type RegistryValue =
  | { readonly type: 'string'; readonly data: string }
  | { readonly type: 'dword'; readonly data: number }
  | { readonly type: 'binary'; readonly data: Uint8Array }
  | { readonly type: 'multi-string'; readonly data: readonly string[] };

/** An open key; valid until closeKey or shutdown. */
export interface RegistryKey {
  readonly path: readonly string[];
}

/**
 * MONITORREG: the registry functions, bound to one spooler instance and one monitor's root. Changes
 * are durable (and, for a group, on the peer) when the promise resolves. Key and value names are
 * compared without case and kept as written. Each function answers ERROR_INVALID_HANDLE after
 * shutdown by rejecting.
 */
export interface MonitorRegistry {
  /** hckRegistryRoot; always open. */
  readonly root: RegistryKey;
  createKey(parent: RegistryKey, subKey: string): Promise<RegistryKey>;
  /** Undefined: ERROR_FILE_NOT_FOUND. */
  openKey(parent: RegistryKey, subKey: string): Promise<RegistryKey | undefined>;
  closeKey(key: RegistryKey): void;
  /** Deletes the key with its values and sub-keys; false where there was none. */
  deleteKey(parent: RegistryKey, subKey: string): Promise<boolean>;
  enumKey(key: RegistryKey): Promise<readonly string[]>;
  queryInfoKey(key: RegistryKey): Promise<{
    readonly subKeyCount: number;
    readonly valueCount: number;
    readonly maxSubKeyLength: number;
    readonly maxValueNameLength: number;
  }>;
  setValue(key: RegistryKey, name: string, value: RegistryValue): Promise<void>;
  /** Sets several values of one key as one change: all or none survive a power cut. */
  setValues(key: RegistryKey, values: ReadonlyMap<string, RegistryValue>): Promise<void>;
  deleteValue(key: RegistryKey, name: string): Promise<boolean>;
  enumValue(
    key: RegistryKey,
  ): Promise<readonly { readonly name: string; readonly value: RegistryValue }[]>;
  queryValue(key: RegistryKey, name: string): Promise<RegistryValue | undefined>;
}
