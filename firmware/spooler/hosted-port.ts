// An open port behind its monitor's faults: each call bounded, in its device scope, its answer
// checked.
import type { Clock } from '../../hal/contract.ts';
import type {
  DocInfo,
  JsonValue,
  MonitorPort,
  PortOutcome,
  StartDocOutcome,
  WriteOutcome,
} from '../../monitors/contract.ts';
import { type DeviceId, parseDeviceId } from '../../monitors/wire/ieee1284/device-id.ts';
import type { DeviceScope } from './device-scopes.ts';
import { boundedCall, type CallBounds, type CallOutcome } from './monitor-call.ts';

/**
 * MonitorPort as the spooler uses it; nothing here rejects. After `cut-off` or `close` it is used
 * up.
 */
export interface HostedPort {
  readonly name: string;
  readonly monitorName: string;
  /** The language monitor that is on it. */
  readonly languageMonitor: string | undefined;
  startDoc(doc: DocInfo, signal: AbortSignal): Promise<CallOutcome<StartDocOutcome>>;
  write(bytes: Uint8Array, signal: AbortSignal): Promise<CallOutcome<WriteOutcome>>;
  /** Called once, right before the first byte that leaves from now on; it never throws. */
  beforeFirstByte(note: () => void): void;
  /** What the device said, at most so much; empty: nothing yet. Beside the other calls. */
  read(maxBytes: number, signal: AbortSignal): Promise<CallOutcome<Uint8Array>>;
  endDoc(discard: boolean, signal?: AbortSignal): Promise<CallOutcome<PortOutcome>>;
  /** Ends within the grace; a monitor that does not is cut off. */
  close(): Promise<void>;
  /** Destroys its devices at once. */
  cutOff(): void;
  /** False once it was cut off: it must be closed and opened again. */
  readonly usable: boolean;
  /** The device's 1284 id; undefined where it is not there, or can't be asked. */
  askDeviceId(signal: AbortSignal): Promise<DeviceId | undefined>;
  /** False: its language monitor is to be another one, so it is closed and opened again. */
  suits(signal: AbortSignal): Promise<boolean>;
}

export interface CallLimits {
  readonly resourceTimeoutMs: number;
  readonly cutOffGraceMs: number;
  readonly deviceIdTimeoutMs: number;
}

export function hostPort(options: {
  readonly name: string;
  readonly monitorName: string;
  readonly languageMonitor: string | undefined;
  readonly port: MonitorPort;
  readonly scope: DeviceScope;
  readonly clock: Clock;
  readonly limits: CallLimits;
  readonly suits: (askDeviceId: () => Promise<DeviceId | undefined>) => Promise<boolean>;
  readonly onClosed: () => void;
}): HostedPort {
  const { name, monitorName, port, scope, clock, limits } = options;
  let usable = true;
  const cutOff = () => {
    usable = false;
    scope.cutOff();
  };
  const bounds = <T>(call: string, signal: AbortSignal | undefined): CallBounds<T> => ({
    clock,
    timeoutMs: limits.resourceTimeoutMs,
    graceMs: limits.cutOffGraceMs,
    what: `${monitorName} ${call} of port ${name}`,
    ...(signal === undefined ? {} : { signal }),
    cutOff,
  });
  const askDeviceId = async (signal: AbortSignal): Promise<DeviceId | undefined> => {
    const ask = port.getPrinterDataFromPort?.bind(port);
    if (ask === undefined) return undefined;
    const asked = await boundedCall(
      {
        ...bounds<JsonValue | undefined>('getPrinterDataFromPort', signal),
        timeoutMs: limits.deviceIdTimeoutMs,
      },
      (call) => scope.run(() => ask('DeviceId', call)),
    );
    if (asked.kind !== 'returned' || typeof asked.value !== 'string') return undefined;
    return parseDeviceId(Buffer.from(asked.value, 'latin1'));
  };
  return {
    name,
    monitorName,
    languageMonitor: options.languageMonitor,
    askDeviceId,
    suits: (signal) => options.suits(() => askDeviceId(signal)),
    startDoc: (doc, signal) =>
      boundedCall(bounds('startDocPort', signal), (call) =>
        scope.run(() => port.startDocPort(doc, call)),
      ),
    beforeFirstByte: (note) => scope.beforeBytes(note),
    async write(bytes, signal) {
      const called = await boundedCall(bounds('writePort', signal), async (call) =>
        checkedWrite(await scope.run(() => port.writePort(bytes, call)), bytes.length),
      );
      // A monitor that took bytes may have sent them by what nobody sees.
      if (called.kind !== 'returned' || called.value.writtenBytes > 0) scope.bytesLeft();
      return called;
    },
    read: (maxBytes, signal) =>
      boundedCall(bounds('readPort', signal), (call) =>
        scope.run(() => port.readPort(maxBytes, call)),
      ),
    async endDoc(discard, signal) {
      const called = await boundedCall(
        {
          ...bounds<PortOutcome>('endDocPort', signal),
          ...(discard ? { timeoutMs: limits.cutOffGraceMs } : {}),
        },
        async (call) => checkedEnd(await scope.run(() => port.endDocPort({ discard }, call))),
      );
      if (called.kind !== 'returned' || called.value.deliveredBytes > 0) scope.bytesLeft();
      scope.forgetBytes();
      return called;
    },
    async close() {
      await boundedCall(
        { ...bounds<void>('closePort', undefined), timeoutMs: limits.cutOffGraceMs },
        (call) => scope.run(() => port.closePort(call)),
      );
      // Whatever the monitor left open is nobody's now.
      cutOff();
      options.onClosed();
    },
    cutOff,
    get usable() {
      return usable;
    },
  };
}

function checkedWrite(outcome: WriteOutcome, handedBytes: number): WriteOutcome {
  const { writtenBytes } = outcome;
  if (Number.isSafeInteger(writtenBytes) && writtenBytes >= 0 && writtenBytes <= handedBytes) {
    return outcome;
  }
  throw new Error(`answered that ${writtenBytes} of ${handedBytes} bytes were written`);
}

function checkedEnd(outcome: PortOutcome): PortOutcome {
  if (Number.isSafeInteger(outcome.deliveredBytes) && outcome.deliveredBytes >= 0) return outcome;
  throw new Error(`answered that ${outcome.deliveredBytes} bytes were delivered`);
}
