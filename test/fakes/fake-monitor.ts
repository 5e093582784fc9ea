// A scripted port monitor and its devices: off, stalled, broken off, hung or throwing, as real ones
// fail.
import type { Clock } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import type {
  Call,
  DeviceReason,
  DocInfo,
  Monitor2,
  MonitorInit,
  MonitorModule,
  MonitorPort,
  PortInfo,
  PortOutcome,
  StartDocOutcome,
  WriteOutcome,
  XcvAccess,
} from '../../monitors/contract.ts';

/** The calls that a script can spoil. */
export type MonitorCall =
  | 'initialise'
  | 'enumPorts'
  | 'openPort'
  | 'startDocPort'
  | 'writePort'
  | 'endDocPort'
  | 'closePort'
  | 'xcvDataPort'
  | 'shutdown';

/**
 * `hang` never ends and ignores its signal; `throw` rejects; `deaf` ends only once the signal
 * aborts.
 */
export type Spoiling = 'hang' | 'throw' | 'deaf';

/** What arrived at a device between one startDocPort and its end, whole or not. */
export interface Sheet {
  readonly jobUuid: string;
  readonly documentName: string;
  readonly bytes: Uint8Array;
  /** All of it, ended in order. */
  readonly whole: boolean;
}

/** One physical device: lives on when the appliance dies, and keeps what it printed. */
export class FakeDevice {
  readonly name: string;
  power: 'on' | 'off' = 'on';
  outcome: 'sent' | 'printed' = 'sent';
  /** What it counts of each document, where it counts. */
  pages: number | undefined;
  /** Bytes of a document after which the connection breaks, for the next `times` documents. */
  breaks: { readonly atBytes: number; times: number } | undefined;
  /** Takes no byte beyond this position of a document, until undefined again. */
  stallAtBytes: number | undefined;
  /**
   * While it stalls, the monitor takes bytes over and answers `waiting`: they are under way only.
   */
  keepsBack = false;
  /** Jobs of which the spooler handed over a byte, taken or not. */
  readonly offered = new Set<string>();
  /** Bytes of the document that is under way, or was last. */
  takenBytes = 0;
  /** The most bytes that one writePort takes. */
  pieceBytes = Number.POSITIVE_INFINITY;
  /** The next document is cancelled by a person at the device, after its last byte. */
  cancelsNext = false;
  /** It has printed what may be there from an attempt before, and says so when it is asked. */
  remembers = false;
  readonly spoiled = new Map<MonitorCall, { readonly how: Spoiling; times: number }>();
  readonly sheets: Sheet[] = [];
  /** What it says, to whoever reads the port. */
  readonly words: Uint8Array[] = [];
  /** How often startDocPort was called, and when. */
  readonly triesAtMs: number[] = [];
  /** The appliance was killed: the device sees its connection end. */
  disconnect: () => void = () => undefined;
  /** Documents that are under way here at once; more than one is the spooler's fault. */
  underWay = 0;
  mostUnderWay = 0;

  constructor(name: string) {
    this.name = name;
  }

  spoil(call: MonitorCall, how: Spoiling, times = Number.POSITIVE_INFINITY): void {
    this.spoiled.set(call, { how, times });
  }

  wholeSheets(jobUuid: string): readonly Sheet[] {
    return this.sheets.filter((sheet) => sheet.whole && sheet.jobUuid === jobUuid);
  }

  touchedBy(jobUuid: string): readonly Sheet[] {
    return this.sheets.filter((sheet) => sheet.jobUuid === jobUuid && sheet.bytes.length > 0);
  }
}

export interface FakeMonitorOptions {
  readonly name?: string;
  readonly locality?: 'local' | 'network';
  readonly devices: readonly FakeDevice[];
  /** One writePort call waits this long for a stalled device. */
  readonly writeTimeoutMs?: number;
  /**
   * False once the appliance that this module runs in was killed: from then on nothing happens
   * here.
   */
  readonly alive?: () => boolean;
  /** Offers only the unconverted entry. */
  readonly unconverted?: boolean;
  /** Spoils calls that belong to no device. */
  readonly spoiled?: ReadonlyMap<MonitorCall, Spoiling | undefined>;
  readonly onInit?: (init: MonitorInit) => void;
}

const offReasons: readonly DeviceReason[] = [
  { keyword: 'connecting-to-device', severity: 'error' },
];
const stallReasons: readonly DeviceReason[] = [{ keyword: 'media-empty', severity: 'error' }];

export function createFakeMonitor(options: FakeMonitorOptions): MonitorModule {
  const name = options.name ?? 'fake';
  const initialise = async (init: MonitorInit): Promise<Monitor2 | undefined> => {
    options.onInit?.(init);
    await spoil(options.spoiled?.get('initialise'), undefined);
    if (options.locality === 'local' && !init.local) return undefined;
    return createInstance(name, init, options);
  };
  return {
    name,
    kind: 'port',
    locality: options.locality ?? 'network',
    ...(options.unconverted === true
      ? { initializePrintMonitor: initialise }
      : { initializePrintMonitor2: initialise }),
    initializePrintMonitorUI: () => ({
      version: 1,
      title: name,
      help: '',
      addPort: [],
      configurePort: [],
    }),
  };
}

function createInstance(name: string, init: MonitorInit, options: FakeMonitorOptions): Monitor2 {
  const portInfo = (device: FakeDevice): PortInfo => ({
    name: device.name,
    monitorName: name,
    description: 'a fake device',
    types: ['write'],
  });
  return {
    async enumPorts(call) {
      await spoil(options.spoiled?.get('enumPorts'), call);
      return options.devices.map(portInfo);
    },
    async openPort(portName, call) {
      const device = options.devices.find((one) => one.name === portName);
      if (device === undefined) {
        return { status: 'ERROR_UNKNOWN_PORT', message: `there is no port ${portName}` };
      }
      await spoilDevice(device, 'openPort', call);
      return { status: 'ERROR_SUCCESS', handle: new FakePort(device, init.clock, options) };
    },
    xcvOpenPort: (object, access) => ({
      status: 'ERROR_SUCCESS',
      handle: {
        async xcvDataPort(command, _input, call) {
          await spoil(options.spoiled?.get('xcvDataPort'), call);
          return { status: 'ERROR_SUCCESS', output: describeXcv(object, command, access) };
        },
        xcvClosePort() {
          // Nothing is kept for a handle.
        },
      },
    }),
    async shutdown(call) {
      await spoil(options.spoiled?.get('shutdown'), call);
    },
  };
}

function describeXcv(object: string, command: string, access: ReadonlySet<XcvAccess>) {
  return { object, command, access: [...access].sort() };
}

class FakePort implements MonitorPort {
  readonly #device: FakeDevice;
  readonly #clock: Clock;
  readonly #options: FakeMonitorOptions;
  #doc: DocInfo | undefined;
  #chunks: Uint8Array[] = [];
  #takenBytes = 0;
  #broken = false;
  #keptBack = false;

  constructor(device: FakeDevice, clock: Clock, options: FakeMonitorOptions) {
    this.#device = device;
    this.#clock = clock;
    this.#options = options;
  }

  async startDocPort(doc: DocInfo, call: Call): Promise<StartDocOutcome> {
    await this.#dead();
    const device = this.#device;
    device.triesAtMs.push(this.#clock.monotonicMs());
    await spoilDevice(device, 'startDocPort', call);
    if (device.power === 'off') {
      return { kind: 'waiting', reasons: offReasons, message: `${device.name} does not answer` };
    }
    if (this.#doc !== undefined) throw new Error('startDocPort twice without endDocPort');
    if (doc.mayBeThere === true && device.remembers) {
      return { kind: 'done', end: { outcome: 'printed', reasons: [], pages: 2 } };
    }
    this.#doc = doc;
    this.#chunks = [];
    this.#takenBytes = 0;
    this.#broken = false;
    this.#keptBack = false;
    device.disconnect = () => this.#finish(false);
    device.underWay += 1;
    device.mostUnderWay = Math.max(device.mostUnderWay, device.underWay);
    return { kind: 'started', localPort: 40_000 + doc.jobId };
  }

  async writePort(bytes: Uint8Array, call: Call): Promise<WriteOutcome> {
    await this.#dead();
    const device = this.#device;
    if (this.#doc === undefined) throw new Error('writePort without startDocPort');
    if (bytes.length > 0) device.offered.add(this.#doc.jobUuid);
    await spoilDevice(device, 'writePort', call);
    if (device.power === 'off') return this.#break(0);
    const { breaks } = device;
    const roomBytes = Math.min(
      bytes.length,
      device.pieceBytes,
      (device.stallAtBytes ?? Number.POSITIVE_INFINITY) - this.#takenBytes,
    );
    if (
      breaks !== undefined &&
      breaks.times > 0 &&
      this.#takenBytes + roomBytes >= breaks.atBytes
    ) {
      const takenBytes = Math.max(0, breaks.atBytes - this.#takenBytes);
      breaks.times -= 1;
      this.#take(bytes.subarray(0, takenBytes));
      return this.#break(takenBytes);
    }
    const stalled = this.#takenBytes >= (device.stallAtBytes ?? Number.POSITIVE_INFINITY);
    if (stalled && device.keepsBack && !this.#keptBack) {
      this.#keptBack = true;
      this.#take(bytes);
      return { ...(await this.#stall(call)), writtenBytes: bytes.length };
    }
    if (stalled) return await this.#stall(call);
    this.#keptBack = false;
    this.#take(bytes.subarray(0, roomBytes));
    return { kind: 'written', writtenBytes: roomBytes };
  }

  async readPort(): Promise<Uint8Array> {
    return this.#device.words.shift() ?? new Uint8Array();
  }

  async endDocPort({ discard }: { readonly discard: boolean }, call: Call): Promise<PortOutcome> {
    await this.#dead();
    const device = this.#device;
    if (this.#doc === undefined) throw new Error('endDocPort without startDocPort');
    await spoilDevice(device, 'endDocPort', call);
    const cancelled = !discard && device.cancelsNext;
    if (cancelled) device.cancelsNext = false;
    const whole = !discard && !this.#broken && !this.#keptBack && !cancelled;
    this.#finish(whole);
    const deliveredBytes = this.#takenBytes;
    if (cancelled)
      return { deliveredBytes, outcome: 'failed', reasons: [], cancelledAtDevice: true };
    if (whole) {
      const counted = device.pages === undefined ? {} : { pages: device.pages };
      return { deliveredBytes, outcome: device.outcome, reasons: [], ...counted };
    }
    return { deliveredBytes, outcome: 'failed', reasons: [], message: 'The connection broke.' };
  }

  async closePort(call: Call): Promise<void> {
    await this.#dead();
    await spoilDevice(this.#device, 'closePort', call);
    if (this.#doc !== undefined) this.#finish(false);
  }

  #take(bytes: Uint8Array): void {
    this.#chunks.push(Uint8Array.from(bytes));
    this.#takenBytes += bytes.length;
    this.#device.takenBytes = this.#takenBytes;
  }

  #break(writtenBytes: number): WriteOutcome {
    this.#broken = true;
    return { kind: 'failed', writtenBytes, reasons: [], message: 'The connection broke.' };
  }

  async #stall(call: Call): Promise<WriteOutcome> {
    const endsAtMs = this.#clock.monotonicMs() + (this.#options.writeTimeoutMs ?? 30_000);
    while (this.#clock.monotonicMs() < endsAtMs && !call.signal.aborted) {
      if ((this.#device.stallAtBytes ?? Number.POSITIVE_INFINITY) > this.#takenBytes) break;
      await this.#nap(call);
    }
    return { kind: 'waiting', writtenBytes: 0, reasons: stallReasons, message: 'Out of paper.' };
  }

  async #nap(call: Call): Promise<void> {
    try {
      await sleep(this.#clock, 1_000, call.signal);
    } catch {
      // Aborted: the loop sees the signal.
    }
  }

  #finish(whole: boolean): void {
    const device = this.#device;
    const doc = this.#doc;
    if (doc === undefined) return;
    this.#doc = undefined;
    device.underWay -= 1;
    device.sheets.push({
      jobUuid: doc.jobUuid,
      documentName: doc.documentName,
      bytes: Buffer.concat(this.#chunks),
      whole,
    });
  }

  /** A killed process says and does nothing more; what it had sent stays on the device. */
  async #dead(): Promise<void> {
    if (this.#options.alive?.() === false) await never();
  }
}

async function spoilDevice(device: FakeDevice, call: MonitorCall, bounds: Call): Promise<void> {
  const spoiling = device.spoiled.get(call);
  if (spoiling === undefined || spoiling.times <= 0) return;
  spoiling.times -= 1;
  await spoil(spoiling.how, bounds);
}

async function spoil(how: Spoiling | undefined, call: Call | undefined): Promise<void> {
  switch (how) {
    case undefined:
      return;
    case 'throw':
      throw new Error('a fault of the fake monitor');
    case 'hang':
      return await never();
    case 'deaf':
      await new Promise<void>((resolve) => {
        call?.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      throw new Error('given up');
  }
}

export function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}
