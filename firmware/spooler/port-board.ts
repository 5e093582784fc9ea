// The ports of a spooler: a runner for each one that a printer uses, what devices say, and Xcv to
// their monitors.
import type { Clock } from '../../hal/contract.ts';
import type {
  DeviceStatus,
  DeviceStatusSource,
  JsonValue,
  PortInfo,
} from '../../monitors/contract.ts';
import { type DeviceStatuses, withStatus } from '../../monitors/device-status.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import type { Job } from '../jobs/job.ts';
import { showsItself } from '../printers/decisions.ts';
import type { PortRunner, PrintingState } from '../printers/port-runner.ts';
import type { Printer } from '../printers/printer.ts';
import {
  type MachineTrouble,
  type PrinterCondition,
  printerCondition,
} from '../printers/status.ts';
import type { Ports, PortStatus } from './contract.ts';
import type { MonitorHost } from './monitor-host.ts';
import type { PortLanguages } from './port-languages.ts';
import { needRole, xcvAccessOf } from './rights.ts';

export interface PortBoardOptions {
  readonly host: MonitorHost;
  readonly languages: PortLanguages;
  readonly clock: Clock;
  readonly printers: () => readonly Printer[];
  /** What is wrong with the machine, if anything: every printer says so. */
  readonly trouble: () => MachineTrouble | undefined;
  readonly makeRunner: (portName: string, statuses: () => readonly DeviceStatus[]) => PortRunner;
  /** What is shown of a port, or of printers that use it, may have changed. */
  readonly onChange: (portName: string) => void;
}

export interface PortBoard {
  readonly service: Ports;
  /** Starts a runner for each used port and stops those that no printer uses any more. */
  reconcile(): void;
  /**
   * The monitors' ports changed: they hear which are used, and what failed for want of one tries
   * again.
   */
  portsChanged(): void;
  onStatus(portName: string, status: DeviceStatus): void;
  /** There may be work for the ports of this printer; `except` knows already. */
  wake(printer: Printer, except?: string): void;
  /** A person asks: whoever waits for a device tries at once. */
  retry(printer: Printer): void;
  cancel(job: Job): void;
  conditionOf(printer: Printer): PrinterCondition;
  /** Where the job is worked on just now. */
  stateAt(jobId: string): PrintingState | undefined;
  storeProblems(): readonly string[];
  statusOf(portName: string): PortStatus;
  /** No port begins a job any more; resolves once nothing prints. */
  drain(): Promise<void>;
  stop(deadline: AbortSignal): Promise<void>;
}

export function createPortBoard(options: PortBoardOptions): PortBoard {
  const { host, printers, languages } = options;
  const runners = new Map<string, PortRunner>();
  const leaving = new Map<string, Promise<void>>();
  const statuses = new Map<string, DeviceStatuses>();
  let stopped = false;

  const statusesOf = (portName: string): readonly DeviceStatus[] => [
    ...(statuses.get(portName)?.values() ?? []),
  ];
  const runnersOf = (printer: Printer): readonly PortRunner[] =>
    printer.portNames.flatMap((name) => runners.get(name) ?? []);

  const stopUnused = (used: ReadonlySet<string>): readonly string[] => {
    const unused = [...runners.keys()].filter((name) => !used.has(name));
    for (const name of unused) {
      const runner = runners.get(name);
      runners.delete(name);
      if (runner === undefined) continue;
      const left = runner.stop(new AbortController().signal).finally(() => leaving.delete(name));
      leaving.set(name, left);
    }
    return unused;
  };

  const startAfter = async (left: Promise<void> | undefined, runner: PortRunner) => {
    await left;
    if (runners.get(runner.portName) === runner && !stopped) runner.start();
  };

  const statusOf = (portName: string): PortStatus => {
    const runner = runners.get(portName);
    const dueMs = runner?.nextTryAtMs;
    const now = options.clock.monotonicMs();
    return {
      ...(dueMs === undefined ? {} : { nextTryInMs: Math.max(0, dueMs - now) }),
      info: host.portInfo(portName) ?? missingInfo(portName),
      used: runner !== undefined,
      ...(runner?.state ?? unused),
      statuses: statusesOf(portName),
      language: languages.known(portName),
      languageMonitor: runner?.languageMonitor,
    };
  };

  const service: Ports = {
    async list() {
      const known = host.ports().map((port) => port.name);
      return [...new Set([...known, ...runners.keys()])].map(statusOf);
    },
    monitors: () => host.monitors(),
    async xcv(target, command, input, by) {
      const access = xcvAccessOf(by);
      if (access.size === 0) return refused('forbidden', 'ports are for users of the appliance');
      const inUse = refuseDeletion(target, command, input);
      if (inUse !== undefined) return inUse;
      const answer = await host.xcv(target, command, input, access);
      const portName = target.portName ?? portNameIn(input);
      // A port that was changed may reach its device now: nobody should have to wait for its turn.
      const isDone = !('kind' in answer) && answer.status === 'ERROR_SUCCESS';
      if (isDone && portName !== undefined && !asksOnly.test(command)) {
        runners.get(portName)?.retryNow();
      }
      return answer;
    },
    async setLanguage(portName, change, by) {
      const refusal =
        needRole(by, 'administrator', 'the language of a port') ??
        (host.portInfo(portName) === undefined
          ? refused('port-not-found', `there is no port ${JSON.stringify(portName)}`)
          : unknownLanguage(change.language));
      if (refusal !== undefined) return refusal;
      const language = await languages.set(portName, change);
      runners.get(portName)?.retryNow();
      options.onChange(portName);
      return { kind: 'done', language };
    },
  };

  const unknownLanguage = (language: string | undefined): Refusal | undefined => {
    const names = host
      .monitors()
      .filter(({ kind }) => kind === 'language')
      .map(({ name }) => name);
    const possible = ['auto', 'none', ...names];
    if (language === undefined || possible.includes(language)) return undefined;
    const message = `the language is one of ${possible.join(', ')}`;
    return refused('value-not-supported', message);
  };

  /** A port that a printer uses stays, whatever its monitor would say. */
  const refuseDeletion = (
    target: { readonly portName?: string },
    command: string,
    input: JsonValue,
  ): Refusal | undefined => {
    if (command !== 'DeletePort') return undefined;
    const portName = target.portName ?? portNameIn(input);
    const users = printers().filter(
      (printer) => portName !== undefined && printer.portNames.includes(portName),
    );
    if (users.length === 0) return undefined;
    const names = users.map((printer) => printer.name).join(', ');
    return refused('port-in-use', `the port ${portName} is used by ${names}`);
  };

  return {
    service,
    reconcile() {
      if (stopped) return;
      const used = new Set(printers().flatMap((printer) => printer.portNames));
      const nowUnused = stopUnused(used);
      const nowUsed = [...used].filter((name) => !runners.has(name));
      for (const name of nowUsed) {
        const runner = options.makeRunner(name, () => statusesOf(name));
        runners.set(name, runner);
        // A port is not opened again before it was closed.
        void startAfter(leaving.get(name), runner);
      }
      if (nowUsed.length > 0 || nowUnused.length > 0) {
        host.notifyUse({ used: nowUsed, unused: nowUnused });
      }
      for (const runner of runners.values()) runner.wake();
    },
    portsChanged() {
      host.notifyUse({ used: [...runners.keys()], unused: [] });
      for (const runner of runners.values()) {
        if (runner.state.state === 'failed') runner.retryNow();
      }
    },
    onStatus(portName, status) {
      const before = statuses.get(portName) ?? new Map<DeviceStatusSource, DeviceStatus>();
      const last = before.get(status.source);
      statuses.set(portName, withStatus(before, status));
      const wasFine = last !== undefined && showsItself(last);
      if (showsItself(status) && !wasFine) runners.get(portName)?.retryNow();
      options.onChange(portName);
    },
    wake(printer, except) {
      for (const runner of runnersOf(printer)) if (runner.portName !== except) runner.wake();
    },
    retry(printer) {
      for (const runner of runnersOf(printer)) runner.retryNow();
    },
    cancel(job) {
      for (const runner of runners.values()) if (runner.cancel(job.id)) return;
    },
    conditionOf: (printer) =>
      printerCondition(
        printer,
        printer.portNames.map((name) => {
          const { state, reasons, message } = statusOf(name);
          const working = runners.get(name)?.currentPrinterId === printer.id;
          return { name, state, reasons, message, working, statuses: statusesOf(name) };
        }),
        options.trouble(),
      ),
    stateAt(jobId) {
      const at = [...runners.values()].find(({ state }) => state.currentJobId === jobId);
      return at === undefined ? undefined : { ...at.state, sentBytes: at.sentBytes };
    },
    storeProblems: () =>
      [...runners.values()].flatMap((runner) =>
        runner.storeProblem === undefined
          ? []
          : [`port ${runner.portName}: ${runner.storeProblem}`],
      ),
    statusOf,
    async drain() {
      await Promise.all([...runners.values()].map((one) => one.drain()));
    },
    async stop(deadline) {
      stopped = true;
      await Promise.all([
        ...[...runners.values()].map((one) => one.stop(deadline)),
        ...leaving.values(),
      ]);
    },
  };
}

/** Xcv commands that change nothing. */
const asksOnly = /^(Get|Enum|MonitorUI)/;

const unused: PortRunner['state'] = {
  state: 'closed',
  reasons: [],
  message: '',
  currentJobId: undefined,
};

/** A printer may name a port whose monitor is not ready; it is shown all the same. */
function missingInfo(portName: string): PortInfo {
  return { name: portName, monitorName: '', description: 'no monitor has this port', types: [] };
}

/** TCPMON's DELETE_PORT_DATA_1 and LOCALMON name the port in the payload. */
function portNameIn(input: JsonValue): string | undefined {
  if (typeof input === 'string') return input;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
  for (const [key, value] of Object.entries(input)) {
    if (/^(?:port)?name$/i.test(key) && typeof value === 'string') return value;
  }
  return undefined;
}
