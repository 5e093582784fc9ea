// The port monitors under loaded language monitors: their ports stay with the appliance, and go by
// names. What a module hands on is checked here, since a port monitor trusts its caller.
import { z } from 'zod';
import type { Clock } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import type { Call, DocInfo, Monitor2, MonitorPort, Opened } from '../../monitors/contract.ts';
import { portNameKey } from '../../monitors/port-name.ts';
import { modulesLimits as limits } from '../limits/modules-limits.ts';
import { readBytes } from './shapes.ts';

export interface PortsBelow {
  add(below: BelowOptions): PortBelow;
  /** What a module calls, by the port's target. */
  call(
    target: string,
    method: string,
    args: readonly unknown[],
    signal: AbortSignal,
  ): Promise<unknown>;
}

export interface BelowOptions {
  /** The one port that the module may open. */
  readonly portName: string;
  readonly monitor: Monitor2;
  /** Does work on behalf of that port: its devices are ended with it. */
  readonly run: <T>(work: () => T) => T;
}

export interface PortBelow {
  readonly target: string;
  /** The module is done with it, or gone: a document is given up, the port is closed. */
  end(): Promise<void>;
}

export const belowPrefix = 'below:';

export function createPortsBelow(clock: Clock): PortsBelow {
  const all = new Map<string, Below>();
  let lastId = 0;
  return {
    add(options) {
      lastId += 1;
      const target = `${belowPrefix}${lastId}`;
      const below = new Below(options);
      all.set(target, below);
      return {
        target,
        async end() {
          if (!all.delete(target)) return;
          using deadline = startDeadline(clock, limits.belowEndMs);
          await below.end({ signal: deadline.signal });
        },
      };
    },
    async call(target, method, args, signal) {
      const below = all.get(target);
      if (below === undefined) throw new Error('the port is closed');
      return await below.call(method, args, { signal });
    },
  };
}

class Below {
  readonly #options: BelowOptions;
  #port: MonitorPort | undefined;
  #hasDocument = false;
  #isBusy = false;
  #isOver = false;

  constructor(options: BelowOptions) {
    this.#options = options;
  }

  async call(method: string, args: readonly unknown[], call: Call): Promise<unknown> {
    const { run, monitor } = this.#options;
    if (method === 'enumPorts') return await run(() => monitor.enumPorts(call));
    if (besideOthers.safeParse(method).success) return await this.#callPort(method, args, call);
    if (this.#isBusy) throw new Error(`${method} came while another call was under way`);
    this.#isBusy = true;
    try {
      if (method === 'openPort') return await this.#open(args[0], call);
      return await this.#callPort(method, args, call);
    } finally {
      this.#isBusy = false;
    }
  }

  async end(call: Call): Promise<void> {
    this.#isOver = true;
    const port = this.#port;
    this.#port = undefined;
    if (port !== undefined) await this.#close(port, call);
  }

  async #open(name: unknown, call: Call): Promise<unknown> {
    const { portName, monitor, run } = this.#options;
    if (typeof name !== 'string' || portNameKey(name) !== portNameKey(portName)) {
      return { status: 'ERROR_UNKNOWN_PORT', message: `only ${portName} is to be opened` };
    }
    if (this.#port !== undefined) {
      return { status: 'ERROR_BUSY', message: `${portName} is open already` };
    }
    const openPort = monitor.openPort?.bind(monitor);
    if (openPort === undefined) {
      return { status: 'ERROR_NOT_SUPPORTED', message: 'the port monitor opens no ports' };
    }
    const opened: Opened<MonitorPort> = await run(() => openPort(portName, call));
    if (opened.status !== 'ERROR_SUCCESS') return opened;
    const { handle } = opened;
    if (this.#isOver) {
      await this.#close(handle, call);
      throw new Error('the port is closed');
    }
    this.#port = handle;
    const offers = optionalCalls.filter((each) => handle[each] !== undefined);
    return { status: opened.status, offers };
  }

  async #callPort(method: string, args: readonly unknown[], call: Call): Promise<unknown> {
    const port = this.#port;
    if (port === undefined) throw new Error('the port is not open');
    const row = portCalls[portCallNames.parse(method)];
    if (method === 'endDocPort') this.#hasDocument = false;
    if (method === 'closePort') this.#port = undefined;
    const answer = await this.#options.run(() => row(port, args, call));
    if (method === 'startDocPort') {
      this.#hasDocument = z.object({ kind: z.literal('started') }).safeParse(answer).success;
    }
    return answer;
  }

  async #close(port: MonitorPort, call: Call): Promise<void> {
    const { run } = this.#options;
    try {
      if (this.#hasDocument) await run(() => port.endDocPort({ discard: true }, call));
    } catch {
      // The port is closed all the same, which ends what is under way.
    }
    try {
      await run(() => port.closePort(call));
    } catch {
      // Its devices are cut off by whoever closes the port above.
    }
  }
}

/** The contract's calls on one port come one at a time, but for these. */
const besideOthers = z.enum(['readPort', 'getPrinterDataFromPort', 'setPortTimeOuts']);

const optionalCalls = [
  'getPrinterDataFromPort',
  'setPortTimeOuts',
  'sendRecvBidiDataFromPort',
] as const;

const portCallNames = z.enum([
  'startDocPort',
  'writePort',
  'readPort',
  'endDocPort',
  'closePort',
  ...optionalCalls,
]);

type PortCall = (port: MonitorPort, args: readonly unknown[], call: Call) => Promise<unknown>;

const portCalls: Readonly<Record<z.infer<typeof portCallNames>, PortCall>> = {
  startDocPort: (port, [doc], call) => port.startDocPort(docInfoOf(doc), call),
  writePort: (port, [bytes], call) => port.writePort(readBytes.parse(bytes), call),
  readPort: (port, [maxBytes], call) => port.readPort(readSize.parse(maxBytes), call),
  endDocPort: (port, [request], call) => port.endDocPort(endRequest.parse(request), call),
  closePort: (port, _args, call) => port.closePort(call),
  getPrinterDataFromPort: async (port, [name], call) =>
    port.getPrinterDataFromPort?.(z.string().parse(name), call),
  setPortTimeOuts: async (port, [timeOuts]) => port.setPortTimeOuts?.(portTimeOuts.parse(timeOuts)),
  sendRecvBidiDataFromPort: async (port, [request], call) =>
    port.sendRecvBidiDataFromPort?.(bidiRequest.parse(request), call),
};

const readSize = z.int().min(1).max(limits.readBytes);
const endRequest = z.object({ discard: z.boolean() });
const milliseconds = z.int().min(0);
const portTimeOuts = z.object({
  readTotalMs: milliseconds,
  readIntervalMs: milliseconds,
  writeTotalMs: milliseconds,
});
const bidiRequest = z.object({
  access: z.set(z.enum(['SERVER_ACCESS_ADMINISTER', 'SERVER_ACCESS_ENUMERATE', 'PORT_ACCESS_USE'])),
  action: z.enum(['EnumSchema', 'Get', 'Set', 'GetAll', 'GetWithArgument']),
  schema: z.string(),
  argument: z.json().exactOptional(),
});
const docInfo = z.object({
  printerName: z.string(),
  jobId: z.int(),
  jobUuid: z.string(),
  documentName: z.string(),
  userName: z.string(),
  format: z.string(),
  sizeBytes: z.int().min(0).optional(),
});

function docInfoOf(doc: unknown): DocInfo {
  const { sizeBytes, ...rest } = docInfo.parse(doc);
  return { ...rest, sizeBytes };
}
