// Asks the printers of used IPP ports what they take and how they are while nothing is printed, and
// keeps what they take for the time until they answer again.
import type { Timer } from '../../hal/contract.ts';
import type { DeviceReason, MonitorInit } from '../contract.ts';
import type { DeviceFacts } from '../device-facts.ts';
import { portNameKey } from '../port-name.ts';
import type { PortWatch, WatchedPort } from '../ports/port-monitor.ts';
import { createStatusReport, type StatusReport } from '../ports/status-report.ts';
import { isIppSuccess } from '../wire/ipp/status.ts';
import { askPrinter } from './begin.ts';
import { clientOf } from './client-of-port.ts';
import { deviceFactNames, readDeviceFacts } from './device-facts.ts';
import { learnedFrom, learnedOf } from './learned.ts';
import { ippMonitorLimits as limits } from './limits.ts';
import { printerFactNames, readPrinterFacts } from './printer-facts.ts';
import type { IppSettings } from './settings.ts';

export interface IppWatchOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'devices' | 'reportStatus' | 'log'>;
  /** By what the printer of a port is reached, where that is not the same for all. */
  readonly devicesOf?: (portName: string) => MonitorInit['devices'];
  /** False: it is passed by this time. */
  readonly mayAsk?: (portName: string) => Promise<boolean>;
}

export interface IppWatch extends PortWatch<IppSettings> {
  /** What the open port reports by, so that its reports keep what the printer takes. */
  reportOf(portName: string): StatusReport;
  /** Asks now, if the port is watched: its printer has just come. */
  soon(portName: string): void;
}

export function createIppWatch(options: IppWatchOptions): IppWatch {
  const { init } = options;
  const reports = new Map<string, StatusReport>();
  const asked = new Map<string, PrinterWatch>();
  const reportOf = (portName: string): StatusReport => {
    const key = portNameKey(portName);
    const known =
      reports.get(key) ?? createStatusReport({ init, portName, source: 'port-monitor' });
    reports.set(key, known);
    return known;
  };
  const end = (key: string) => {
    asked.get(key)?.stop();
    asked.delete(key);
  };
  return {
    reportOf(portName) {
      const report = reportOf(portName);
      let isOver = false;
      return {
        set: (status) => void (isOver || report.set(status)),
        describe: (device) => report.describe(device),
        get busy() {
          return report.busy;
        },
        stop() {
          if (isOver) return;
          isOver = true;
          // Whoever reads this next must not believe that a document is still under way.
          if (report.busy) report.set({ reasons: [], busy: false });
        },
      };
    },
    used(ports) {
      for (const port of ports) {
        const key = portNameKey(port.name);
        if (asked.has(key)) continue;
        const watch = new PrinterWatch(options, port, reportOf(port.name));
        asked.set(key, watch);
        watch.start();
      }
    },
    soon: (portName) => asked.get(portNameKey(portName))?.soon(),
    unused(portNames) {
      for (const portName of portNames) end(portNameKey(portName));
    },
    stop() {
      for (const key of asked.keys()) end(key);
      for (const report of reports.values()) report.stop();
    },
  };
}

class PrinterWatch {
  readonly #options: IppWatchOptions;
  readonly #port: WatchedPort<IppSettings>;
  readonly #report: StatusReport;
  readonly #life = new AbortController();
  #timer: Timer | undefined;
  #failures = 0;

  constructor(options: IppWatchOptions, port: WatchedPort<IppSettings>, report: StatusReport) {
    this.#options = options;
    this.#port = port;
    this.#report = report;
  }

  start(): void {
    const settings = this.#settings();
    const known = settings && learnedOf(settings);
    if (known !== undefined) this.#report.describe(known);
    this.#again(0);
  }

  soon(): void {
    this.#failures = 0;
    // A turn that is under way asks just now.
    if (this.#timer === undefined) return;
    this.#timer.cancel();
    this.#again(0);
  }

  stop(): void {
    this.#life.abort();
    this.#timer?.cancel();
  }

  #again(delayMs: number): void {
    if (this.#life.signal.aborted) return;
    this.#timer = this.#options.init.clock.startTimer(delayMs, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    this.#timer = undefined;
    const settings = this.#settings();
    // A printer at work is asked by the port itself; whoever is asked twice prints no faster.
    if (settings === undefined || this.#report.busy) return this.#again(limits.watchMs);
    const { init, mayAsk } = this.#options;
    try {
      if ((await mayAsk?.(this.#port.name)) === false) return this.#again(limits.watchMs);
      const reasons = await this.#ask(settings);
      this.#failures = 0;
      this.#again(reasons.length > 0 ? limits.watchTroubledMs : limits.watchMs);
    } catch (error) {
      if (this.#life.signal.aborted) return;
      this.#failures += 1;
      if (this.#failures === 1) {
        const why = error instanceof Error ? error.message : String(error);
        init.log.debug('the printer does not say what it takes', {
          port: this.#port.name,
          why,
        });
      }
      const pauseMs = limits.watchTroubledMs * 2 ** Math.min(this.#failures - 1, 16);
      this.#again(Math.min(pauseMs, limits.watchBackoffMaxMs));
    }
  }

  async #ask(settings: IppSettings): Promise<readonly DeviceReason[]> {
    const { name, change } = this.#port;
    const opening = { name, settings: () => this.#read(settings), change };
    const { init, devicesOf } = this.#options;
    const devices = devicesOf?.(name) ?? init.devices;
    const client = clientOf({ ...init, devices }, opening, settings);
    const names = [...new Set([...printerFactNames, ...deviceFactNames])];
    const answer = await client.ask(askPrinter('', names), this.#life.signal);
    if (this.#life.signal.aborted) return [];
    if (!isIppSuccess(answer.code)) throw new Error(`it answered with status ${answer.code}`);
    const facts = readDeviceFacts(answer);
    this.#report.describe(facts);
    await this.#learn(settings, facts);
    const { state, reasons, message } = readPrinterFacts(answer);
    const shown = state === 'stopped' ? reasons : reasons.map(asWarning);
    // Meanwhile a document may have begun, which knows better.
    if (!this.#report.busy) this.#report.set({ reasons: shown, message, busy: false });
    return shown;
  }

  async #learn({ uri }: IppSettings, facts: DeviceFacts): Promise<void> {
    const learned = learnedFrom(uri, facts);
    const now = this.#settings();
    if (now === undefined || now.uri !== uri || now.learned === learned) return;
    await this.#port.change((latest) => (latest.uri === uri ? { ...latest, learned } : latest));
  }

  #settings(): IppSettings | undefined {
    const read = this.#port.settings();
    return read?.kind === 'read' ? read.settings : undefined;
  }

  #read(otherwise: IppSettings) {
    return this.#port.settings() ?? { kind: 'read' as const, settings: otherwise };
  }
}

/** What keeps jobs away has to stop the printer too: else it may print in spite of what it says. */
function asWarning(reason: DeviceReason): DeviceReason {
  return reason.severity === 'error' ? { ...reason, severity: 'warning' } : reason;
}
