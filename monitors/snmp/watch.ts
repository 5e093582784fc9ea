// Asks the printers of a monitor's used ports by SNMP, each at its own interval, and reports what
// they say.
import type { Timer } from '../../hal/contract.ts';
import type { SnmpSession } from '../../hal/snmp.ts';
import type { DeviceFacts } from '../device-facts.ts';
import type { MonitorInit } from '../contract.ts';
import { portNameKey } from '../port-name.ts';
import { snmpPollLimits as limits } from './limits.ts';
import {
  alertColumns,
  colorantColumn,
  inputColumns,
  objects,
  type PolledState,
  readFacts,
  readState,
  supplyColumns,
} from './readings.ts';
import { credentialsOf, type SnmpSettings } from './settings.ts';

/** Where a port leads, and how its printer is asked. */
export interface SnmpTarget {
  readonly host: string;
  readonly settings: SnmpSettings;
}

export interface SnmpWatchOptions {
  readonly init: Pick<MonitorInit, 'clock' | 'devices' | 'reportStatus' | 'log'>;
  /** As it is now; undefined: there is no such port, or nobody can read its settings. */
  readonly targetOf: (portName: string) => SnmpTarget | undefined;
}

export interface SnmpWatch {
  used(portNames: readonly string[]): void;
  unused(portNames: readonly string[]): void;
  stop(): void;
}

export function createSnmpWatch(options: SnmpWatchOptions): SnmpWatch {
  const pollers = new Map<string, Poller>();
  const end = (key: string) => {
    pollers.get(key)?.stop();
    pollers.delete(key);
  };
  return {
    used(portNames) {
      for (const portName of portNames) {
        const key = portNameKey(portName);
        if (pollers.has(key) || options.targetOf(portName) === undefined) continue;
        const poller = new Poller(options, portName);
        pollers.set(key, poller);
        poller.start();
      }
    },
    unused(portNames) {
      for (const portName of portNames) end(portNameKey(portName));
    },
    stop() {
      for (const key of pollers.keys()) end(key);
    },
  };
}

class Poller {
  readonly #options: SnmpWatchOptions;
  readonly #portName: string;
  readonly #life = new AbortController();
  #timer: Timer | undefined;
  #session: { readonly key: string; readonly session: SnmpSession } | undefined;
  #facts: DeviceFacts | undefined;
  #factsAtMs = Number.NEGATIVE_INFINITY;
  #silentPolls = 0;
  #reported: string | undefined;
  #lastState: string | undefined;

  constructor(options: SnmpWatchOptions, portName: string) {
    this.#options = options;
    this.#portName = portName;
  }

  start(): void {
    this.#again(0);
  }

  stop(): void {
    this.#life.abort();
    this.#timer?.cancel();
    this.#forgetSession();
  }

  #again(delayMs: number): void {
    if (this.#life.signal.aborted) return;
    this.#timer = this.#options.init.clock.startTimer(delayMs, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    const target = this.#options.targetOf(this.#portName);
    const credentials =
      target?.settings.snmpEnabled === true ? credentialsOf(target.settings) : undefined;
    if (target === undefined || credentials === undefined) {
      this.#forgetSession();
      this.#silence();
      return this.#again(limits.idleLookMs);
    }
    const { clock } = this.#options.init;
    const intervalMs = target.settings.snmpPollSeconds * 1_000;
    const startMs = clock.monotonicMs();
    try {
      await this.#poll(target, credentials);
      this.#silentPolls = 0;
      const tookMs = clock.monotonicMs() - startMs;
      this.#again(Math.max(limits.restMs, intervalMs - limits.aheadMs - tookMs));
    } catch (error) {
      this.#failed(error);
      const doubled = intervalMs * 2 ** Math.min(this.#silentPolls - 1, 16);
      this.#again(Math.min(doubled, Math.max(intervalMs, limits.backoffMaxMs)));
    }
  }

  async #poll(
    target: SnmpTarget,
    credentials: NonNullable<ReturnType<typeof credentialsOf>>,
  ): Promise<void> {
    const { clock } = this.#options.init;
    const session = await this.#sessionTo(target, credentials);
    const { snmpDeviceIndex: index } = target.settings;
    const state = await this.#readWholeState(session, index);
    // The facts of a slow printer take seconds: what is wrong with it does not wait for them.
    if (this.#facts !== undefined) this.#report(state, this.#facts);
    if (clock.monotonicMs() - this.#factsAtMs < limits.factsMs) return;
    this.#facts = await readAllFacts(session, index);
    this.#factsAtMs = clock.monotonicMs();
    this.#report(state, this.#facts);
  }

  /**
   * State and alerts come in several answers, between which the printer may change: what is news is
   * asked again until it stands still, or half of it would be shown until the next poll.
   */
  async #readWholeState(session: SnmpSession, index: number): Promise<PolledState> {
    let known = this.#lastState;
    for (let asked = 1; ; asked += 1) {
      const state = await readStateOnce(session, index);
      const text = JSON.stringify(state);
      this.#lastState = text;
      if (text === known || asked === limits.stateReadings) return state;
      known = text;
    }
  }

  #report({ reasons, message, busy }: PolledState, facts: DeviceFacts): void {
    if (this.#life.signal.aborted) return;
    const { clock } = this.#options.init;
    const report = JSON.stringify([reasons, message, busy, facts]);
    if (report === this.#reported) return;
    this.#reported = report;
    this.#options.init.reportStatus(this.#portName, {
      source: 'snmp',
      reasons,
      // A message without a reason is news, and no state.
      ...(message === undefined || reasons.length === 0 ? {} : { message }),
      busy,
      atMs: clock.monotonicMs(),
      device: facts,
    });
  }

  /** One session for as long as nothing of it changes: version 3 has learned its engine. */
  async #sessionTo(
    { host, settings }: SnmpTarget,
    credentials: NonNullable<ReturnType<typeof credentialsOf>>,
  ): Promise<SnmpSession> {
    const key = JSON.stringify([host, settings]);
    if (this.#session?.key === key) return this.#session.session;
    this.#forgetSession();
    const session = await this.#options.init.devices.openSnmp({
      host,
      port: settings.snmpPort,
      credentials,
      timeoutMs: limits.timeoutMs,
      retries: limits.retries,
      signal: this.#life.signal,
    });
    if (this.#life.signal.aborted) session.close();
    else this.#session = { key, session };
    return session;
  }

  #failed(error: unknown): void {
    // A name that leads elsewhere now, or an engine that started anew, is found again.
    this.#forgetSession();
    if (this.#life.signal.aborted) return;
    this.#silentPolls += 1;
    if (this.#silentPolls === 1) {
      const why = error instanceof Error ? error.message : String(error);
      this.#options.init.log.info('the printer does not answer by SNMP', {
        port: this.#portName,
        why,
      });
    }
    if (this.#silentPolls >= limits.silentPolls) this.#silence();
  }

  /** What it said before counts no more; others say whether it can be reached. */
  #silence(): void {
    if (this.#reported === undefined || this.#life.signal.aborted) return;
    this.#reported = undefined;
    this.#facts = undefined;
    this.#factsAtMs = Number.NEGATIVE_INFINITY;
    const { reportStatus, clock } = this.#options.init;
    reportStatus(this.#portName, { source: 'snmp', reasons: [], atMs: clock.monotonicMs() });
  }

  #forgetSession(): void {
    this.#session?.session.close();
    this.#session = undefined;
  }
}

async function readStateOnce(session: SnmpSession, index: number): Promise<PolledState> {
  const state = [objects.deviceStatus, objects.printerStatus, objects.detectedErrors];
  const values = await session.get(state.map((object) => `${object}.${index}`));
  const alerts = await session.table(below(alertColumns, index), limits.alerts);
  return readState(values, alerts, index);
}

async function readAllFacts(session: SnmpSession, index: number): Promise<DeviceFacts> {
  const values = await session.get([
    `${objects.deviceDescription}.${index}`,
    `${objects.serialNumber}.${index}`,
    `${objects.lifeCount}.${index}.1`,
    objects.deviceId,
  ]);
  const table = (columns: readonly string[], most: number) =>
    session.table(below(columns, index), most);
  const supplies = await table(supplyColumns, limits.supplies);
  const colorants = await table([colorantColumn], limits.colorants);
  const inputs = await table(inputColumns, limits.inputs);
  const console = await table([objects.consoleText], limits.consoleLines);
  return readFacts({ values, console, supplies, colorants, inputs }, index);
}

function below(columns: readonly string[], index: number): readonly string[] {
  return columns.map((column) => `${column}.${index}`);
}
