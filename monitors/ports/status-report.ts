// Tells the spooler a port's status whenever it changes, and only then.
import type { DeviceReason, DeviceStatusSource, MonitorInit } from '../contract.ts';
import type { DeviceFacts } from '../device-facts.ts';

export interface StatusReportOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'reportStatus'>;
  readonly portName: string;
  readonly source: DeviceStatusSource;
}

export interface StatusReport {
  /** A message without a reason is not shown: it is no state that lasts. */
  set(status: {
    readonly reasons: readonly DeviceReason[];
    readonly message?: string | undefined;
    readonly busy: boolean;
  }): void;
  /** What the device says of itself stays with this report and those that follow. */
  describe(device: DeviceFacts): void;
  /** Of the last report: something is under way on the port. */
  readonly busy: boolean;
  /** Nothing is reported afterwards. */
  stop(): void;
}

export function createStatusReport({ init, portName, source }: StatusReportOptions): StatusReport {
  let last: string | undefined;
  let stopped = false;
  let device: DeviceFacts | undefined;
  let now: Parameters<StatusReport['set']>[0] = { reasons: [], busy: false };
  const tell = () => {
    const { reasons, message, busy } = now;
    const shown = reasons.length === 0 ? undefined : message;
    const report = JSON.stringify([reasons, shown, busy, device]);
    if (stopped || report === last) return;
    last = report;
    init.reportStatus(portName, {
      source,
      reasons,
      ...(shown === undefined ? {} : { message: shown }),
      busy,
      atMs: init.clock.monotonicMs(),
      ...(device === undefined ? {} : { device }),
    });
  };
  return {
    set(status) {
      now = status;
      tell();
    },
    describe(facts) {
      device = facts;
      tell();
    },
    get busy() {
      return now.busy;
    },
    stop() {
      stopped = true;
    },
  };
}
