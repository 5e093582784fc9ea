// Tells the spooler a port's status whenever it changes, and only then.
import type { DeviceReason, DeviceStatusSource, MonitorInit } from '../contract.ts';

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
  /** Nothing is reported afterwards. */
  stop(): void;
}

export function createStatusReport({ init, portName, source }: StatusReportOptions): StatusReport {
  let last: string | undefined;
  let stopped = false;
  return {
    set({ reasons, message, busy }) {
      const shown = reasons.length === 0 ? undefined : message;
      const report = JSON.stringify([reasons, shown, busy]);
      if (stopped || report === last) return;
      last = report;
      init.reportStatus(portName, {
        source,
        reasons,
        ...(shown === undefined ? {} : { message: shown }),
        busy,
        atMs: init.clock.monotonicMs(),
      });
    },
    stop() {
      stopped = true;
    },
  };
}
