// An open port behind its monitor's faults: each call bounded, in its device scope, its answer
// checked.
import type { Clock } from '../../hal/contract.ts';
import type {
  DocInfo,
  MonitorPort,
  PortOutcome,
  StartDocOutcome,
  WriteOutcome,
} from '../../monitors/contract.ts';
import type { DeviceScope } from './device-scopes.ts';
import { boundedCall, type CallBounds, type CallOutcome } from './monitor-call.ts';

/**
 * MonitorPort as the spooler uses it; nothing here rejects. After `cut-off` or `close` it is used
 * up.
 */
export interface HostedPort {
  readonly name: string;
  readonly monitorName: string;
  startDoc(doc: DocInfo, signal: AbortSignal): Promise<CallOutcome<StartDocOutcome>>;
  write(bytes: Uint8Array, signal: AbortSignal): Promise<CallOutcome<WriteOutcome>>;
  endDoc(discard: boolean, signal?: AbortSignal): Promise<CallOutcome<PortOutcome>>;
  /** Ends within the grace; a monitor that does not is cut off. */
  close(): Promise<void>;
  /** Destroys its devices at once. */
  cutOff(): void;
  /** False once it was cut off: it must be closed and opened again. */
  readonly usable: boolean;
}

export interface CallLimits {
  readonly resourceTimeoutMs: number;
  readonly cutOffGraceMs: number;
}

export function hostPort(options: {
  readonly name: string;
  readonly monitorName: string;
  readonly port: MonitorPort;
  readonly scope: DeviceScope;
  readonly clock: Clock;
  readonly limits: CallLimits;
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
  return {
    name,
    monitorName,
    startDoc: (doc, signal) =>
      boundedCall(bounds('startDocPort', signal), (call) =>
        scope.run(() => port.startDocPort(doc, call)),
      ),
    write: (bytes, signal) =>
      boundedCall(bounds('writePort', signal), async (call) =>
        checkedWrite(await scope.run(() => port.writePort(bytes, call)), bytes.length),
      ),
    endDoc: (discard, signal) =>
      boundedCall(
        {
          ...bounds<PortOutcome>('endDocPort', signal),
          ...(discard ? { timeoutMs: limits.cutOffGraceMs } : {}),
        },
        async (call) => checkedEnd(await scope.run(() => port.endDocPort({ discard }, call))),
      ),
    async close() {
      await boundedCall(
        { ...bounds<void>('closePort', undefined), timeoutMs: limits.cutOffGraceMs },
        (call) => scope.run(() => port.closePort(call)),
      );
      // Whatever the monitor left open is nobody's now.
      cutOff();
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
