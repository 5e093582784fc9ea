// The devices that monitors may open, remembered by the port on whose behalf they were opened, so
// that it can be cut off.
import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  Addresses,
  Outputs,
  SerialPorts,
  Tcp,
  TcpConnection,
  TcpConnectOptions,
  UsbHost,
} from '../../hal/contract.ts';
import type { SnmpManager, SnmpSession } from '../../hal/snmp.ts';
import { HalError, type HalErrorCode, isHalError } from '../../hal/errors.ts';
import type { LocalDevices, MonitorDevices } from '../../monitors/contract.ts';
import { fileNameProblem } from '../../monitors/file/file-name.ts';
import { clusterLimits } from '../limits/cluster-limits.ts';

/** Where connections of this spooler leave the box, and where they may not go. */
export interface OutgoingRules {
  readonly localAddress?: string;
  /** From where the next connection of a port should come; undefined: any. */
  readonly localPortOf?: (portName: string) => Promise<number | undefined>;
  /** Asked with each resolved address; a string is the reason for refusing it. */
  readonly refuseAddress?: (address: string) => string | undefined;
}

/** The devices of the box, which the local spooler alone gets. */
export interface BoxDevices {
  readonly outputs: Outputs;
  readonly serial: SerialPorts;
  readonly usb: UsbHost;
  /** Where files and FIFOs of file ports are; it exists. */
  readonly outputFolder: string;
}

/** What questions to SNMP agents need. */
export interface SnmpDoor {
  readonly manager: SnmpManager;
  readonly addresses: Pick<Addresses, 'resolve'>;
}

/** One open port's (or one instance's) devices. */
export interface DeviceScope {
  /** Runs `work`; what it opens, also later in what it started, belongs to this scope. */
  run<T>(work: () => T): T;
  /**
   * Calls `note` once, right before the next bytes leave by a device of this scope: between the two
   * there is nothing but the system call. At once where nothing is open, for then nobody sees how
   * they leave; and before those of a device that belongs to no port.
   */
  beforeBytes(note: () => void): void;
  /** Bytes have left, whichever way: a note that still waits is made. */
  bytesLeft(): void;
  /** Nothing leaves any more on whose account a note was to be made. */
  forgetBytes(): void;
  /** Destroys what is open and refuses what would be opened from now on. */
  cutOff(): void;
  readonly openCount: number;
}

export interface DeviceScopes {
  readonly devices: MonitorDevices;
  /** `of`: what is opened by a port's calls, or by those of its monitor that belong to no port. */
  open(name: string, of?: 'port' | 'monitor'): DeviceScope;
}

interface Scope {
  readonly name: string;
  /** What is open, each with the way to end it at once. */
  readonly open: Set<() => void>;
  readonly cut: AbortController;
  /** To be called before bytes are handed to the kernel; undefined: nobody waits for them. */
  readonly sending: () => (() => void) | undefined;
}

/** A device as the scope sees it: how it is closed in order, and how at once. */
interface Closable {
  close(...request: never[]): Promise<void>;
}

export function createDeviceScopes(options: {
  readonly tcp: Tcp;
  readonly rules: OutgoingRules;
  /** Undefined: no printer is asked. */
  readonly snmp?: SnmpDoor | undefined;
  /** Undefined for a group: its printers must not depend on one box. */
  readonly box?: BoxDevices | undefined;
  /** Called where a device could not be opened. */
  readonly onFault?: (fault: HalErrorCode) => void;
}): DeviceScopes {
  const current = new AsyncLocalStorage<Scope>();
  /** Notes that wait for their first byte, by the scope of their port. */
  const notes = new Map<DeviceScope, () => void>();
  const made = (port: DeviceScope) => {
    const note = notes.get(port);
    notes.delete(port);
    note?.();
  };
  const scopeNow = (): Scope => {
    const scope = current.getStore();
    if (scope === undefined) {
      throw new HalError('permission-denied', 'a device outside any call of the spooler');
    }
    scope.cut.signal.throwIfAborted();
    return scope;
  };
  return {
    devices: telling(
      {
        async connectTcp(request) {
          const scope = scopeNow();
          const signal = request.signal
            ? AbortSignal.any([request.signal, scope.cut.signal])
            : scope.cut.signal;
          signal.throwIfAborted();
          const { localPortOf, ...rules } = options.rules;
          const localPort = await localPortOf?.(scope.name);
          signal.throwIfAborted();
          const plain = { ...request, ...rules, signal };
          const connection =
            localPort === undefined
              ? await options.tcp.connect(plain)
              : await knock(options.tcp, { ...plain, localPort });
          return keep(scope, connection, () => connection.reset(), rememberedTcp);
        },
        async openSnmp({ host, signal, ...request }) {
          const scope = scopeNow();
          const address = await permittedAddress(options, host, signal);
          const { localAddress } = options.rules;
          const session = options.snmp?.manager.open({
            ...request,
            address,
            ...(localAddress === undefined ? {} : { localAddress }),
          });
          if (session === undefined) throw new HalError('permission-denied', host);
          return keep(scope, session, () => session.close(), rememberedSnmp);
        },
        ...localDevices(options.box, scopeNow),
      },
      options.onFault,
    ),
    open(name, of = 'monitor') {
      const sending = () => {
        const waiting = of === 'port' ? [handle] : [...notes.keys()];
        if (!waiting.some((port) => notes.has(port))) return undefined;
        return () => {
          for (const port of waiting) made(port);
        };
      };
      const scope: Scope = { name, open: new Set(), cut: new AbortController(), sending };
      const handle: DeviceScope = {
        run: (work) => current.run(scope, work),
        beforeBytes(note) {
          notes.set(handle, note);
          if (scope.open.size === 0) made(handle);
        },
        bytesLeft: () => made(handle),
        forgetBytes: () => void notes.delete(handle),
        cutOff() {
          notes.delete(handle);
          scope.cut.abort(cutError(name));
          for (const end of scope.open) end();
          scope.open.clear();
        },
        get openCount() {
          return scope.open.size;
        },
      };
      return handle;
    },
  };
}

/** The same doors; what the machine could not do is told besides. */
function telling(
  devices: MonitorDevices,
  onFault: (fault: HalErrorCode) => void = () => {},
): MonitorDevices {
  return new Proxy(devices, {
    get(target, name) {
      const door: unknown = Reflect.get(target, name);
      if (typeof door !== 'function') return door;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        try {
          const opened: unknown = await Reflect.apply(door, target, args);
          return opened;
        } catch (error) {
          if (isHalError(error)) onFault(error.code);
          throw error;
        }
      };
    },
  });
}

/**
 * From the port of a dead session the first SYN only makes the printer reset that session (RFC 9293
 * 3.10.7.4); the kernel would send the next one after a second, a new connection does so at once.
 * One that is refused the port, or waits in vain, is made from any.
 */
async function knock(tcp: Tcp, request: TcpConnectOptions): Promise<TcpConnection> {
  const { localPort: _dead, ...fromAnyPort } = request;
  for (const timeoutMs of clusterLimits.knocksMs) {
    try {
      return await tcp.connect({ ...request, timeoutMs: Math.min(timeoutMs, request.timeoutMs) });
    } catch (error) {
      if (request.signal?.aborted === true) throw error;
      if (isHalError(error, 'address-in-use', 'address-not-available')) break;
      if (!isHalError(error, 'timed-out', 'connection-reset')) throw error;
    }
  }
  return await tcp.connect(fromAnyPort);
}

function localDevices(box: BoxDevices | undefined, scopeNow: () => Scope): LocalDevices {
  const ours = (): BoxDevices => {
    if (box !== undefined) return box;
    const detail = 'it belongs to one box, which a group must not depend on';
    throw new HalError('permission-denied', 'a local device', { detail });
  };
  return {
    async openOutput(name, start) {
      const scope = scopeNow();
      const { outputs, outputFolder } = ours();
      const problem = fileNameProblem(name);
      if (problem !== undefined) {
        throw new HalError('permission-denied', JSON.stringify(name), { detail: problem });
      }
      const path = `${outputFolder}/${name}`;
      const output = await outputs.open(path, { kinds: ['file', 'fifo'], start });
      return keepClosable(scope, output, () => output.close());
    },
    async openPrinterNode(path) {
      const scope = scopeNow();
      const output = await ours().outputs.open(path, { kinds: ['character'] });
      return keepClosable(scope, output, () => output.close());
    },
    listPrinterNodes: async () => ours().outputs.listPrinterNodes(),
    async openSerial(path, line) {
      const scope = scopeNow();
      const port = await ours().serial.open(path, line);
      return keepClosable(scope, port, () => port.close({ dropUnsent: true }));
    },
    listSerial: async () => ours().serial.list(),
    listUsb: async () => ours().usb.list(),
    async openUsb(device, info) {
      const scope = scopeNow();
      const usbInterface = await ours().usb.open(device, info);
      // A transfer that the device holds ends with the port's reset only.
      return keepClosable(scope, usbInterface, async () => {
        await usbInterface.resetPort().catch(() => {});
        await usbInterface.close();
      });
    },
  };
}

/** The host's first address, where none of them is refused. */
async function permittedAddress(
  { snmp, rules }: Parameters<typeof createDeviceScopes>[0],
  host: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = (await snmp?.addresses.resolve(host, signal)) ?? [];
  for (const address of found) {
    const detail = rules.refuseAddress?.(address);
    if (detail !== undefined) throw new HalError('address-refused', host, { detail });
  }
  const [first] = found;
  if (first === undefined) throw new HalError('name-not-found', host);
  return first;
}

function rememberedSnmp(session: SnmpSession, forget: () => void): SnmpSession {
  return {
    get: (oids) => session.get(oids),
    table: (columns, most) => session.table(columns, most),
    close() {
      forget();
      session.close();
    },
  };
}

function cutError(name: string): HalError {
  return new HalError('aborted', name, { detail: 'cut off' });
}

/** Hands the device on, unless the scope was cut off while it was being opened. */
function keep<Device>(
  scope: Scope,
  device: Device,
  end: () => void,
  remembered: (device: Device, forget: () => void, sending: Scope['sending']) => Device,
): Device {
  if (scope.cut.signal.aborted) {
    end();
    throw cutError(scope.name);
  }
  scope.open.add(end);
  return remembered(device, () => void scope.open.delete(end), scope.sending);
}

/** `end` must not fail; nobody waits for it. */
function keepClosable<Device extends Closable>(
  scope: Scope,
  device: Device,
  end: () => Promise<void>,
): Device {
  return keep(scope, device, () => void end(), rememberedClosable);
}

/** Of all local devices: by what bytes may reach paper. */
const sendingCalls: ReadonlySet<PropertyKey> = new Set(['write', 'transferOut', 'controlOut']);

/** The same device, which its scope forgets once it is closed. */
function rememberedClosable<Device extends Closable>(
  device: Device,
  forget: () => void,
  sending: Scope['sending'],
): Device {
  return new Proxy(device, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        if (sendingCalls.has(name)) sending()?.();
        const answer: unknown = await Reflect.apply(member, target, args);
        if (name === 'close') forget();
        return answer;
      };
    },
  });
}

/** The same connection, which its scope forgets once it is closed or reset. */
function rememberedTcp(
  connection: TcpConnection,
  forget: () => void,
  sending: Scope['sending'],
): TcpConnection {
  return {
    local: connection.local,
    remote: connection.remote,
    get takenBytes() {
      return connection.takenBytes;
    },
    unacknowledgedBytes: () => connection.unacknowledgedBytes(),
    write(chunk, signal) {
      const note = sending();
      if (note === undefined) return connection.write(chunk, signal);
      if (connection.handOver === undefined) {
        note();
        return connection.write(chunk, signal);
      }
      // Node's own way from a write to its system call is long enough for a kill to fall into it.
      return connection.write(chunk.subarray(connection.handOver(chunk, note)), signal);
    },
    settled: (signal) => connection.settled(signal),
    read: (signal) => connection.read(signal),
    endWrite: () => connection.endWrite(),
    reset() {
      forget();
      connection.reset();
    },
    async close() {
      await connection.close();
      forget();
    },
  };
}
