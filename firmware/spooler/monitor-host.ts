// The host of a spooler's monitors: initialises each, keeps their faults apart, opens ports, passes
// Xcv on.
import type { Clock, Random, Tcp, Timer } from '../../hal/contract.ts';
import type { HalErrorCode } from '../../hal/errors.ts';
import type {
  DeviceStatus,
  JsonValue,
  Monitor2,
  MonitorInit,
  MonitorLog,
  MonitorModule,
  MonitorRegistry,
  MonitorUI,
  PortInfo,
  XcvAccess,
  XcvResult,
} from '../../monitors/contract.ts';
import { refuseGroupMonitor } from '../cluster/refusal.ts';
import { refused, type Refusal } from '../errors/codes.ts';
import { nextBackoffMs } from '../printers/decisions.ts';
import type { OwnedMonitorRegistry } from '../registry/monitor-registry.ts';
import type { MonitorInfo } from './contract.ts';
import {
  type BoxDevices,
  createDeviceScopes,
  type DeviceScope,
  type OutgoingRules,
  type SnmpDoor,
} from './device-scopes.ts';
import type { CallLimits } from './hosted-port.ts';
import type { PortDoor } from './port-door.ts';
import { boundedCall, type CallBounds, type CallOutcome, messageOf } from './monitor-call.ts';
import type { PortLanguages } from './port-languages.ts';
import { createPortOpener, type OpenOutcome } from './port-opening.ts';

export interface MonitorHostOptions {
  readonly spooler: string;
  readonly local: boolean;
  readonly serverName: string;
  readonly modules: readonly MonitorModule[];
  /** MONITORREG of one monitor in this spooler; the host ends it after the monitor's shutdown. */
  readonly openRegistry: (monitorName: string) => Promise<OwnedMonitorRegistry>;
  readonly clock: Clock;
  readonly random: Random;
  readonly tcp: Tcp;
  readonly outgoing: OutgoingRules;
  readonly snmp?: SnmpDoor | undefined;
  /** What a group keeps out. */
  readonly door?: PortDoor | undefined;
  /** Undefined for a group, and where there are none. */
  readonly box?: BoxDevices | undefined;
  readonly limits: CallLimits & {
    readonly monitorStartPatienceMs: number;
    readonly ports: number;
    readonly backoffFirstMs: number;
    readonly backoffLastMs: number;
  };
  readonly log: MonitorLog;
  /** A device could not be opened. */
  readonly onFault: (fault: HalErrorCode) => void;
  readonly onStatus: (portName: string, status: DeviceStatus) => void;
  /** The known ports changed: a monitor became ready, a port was added or deleted. */
  readonly onPortsChanged: () => void;
  /** A port was deleted by its monitor. */
  readonly onPortDeleted: (portName: string) => void;
  readonly languages: PortLanguages;
  readonly printerNameOf: (portName: string) => string;
}

export interface MonitorHost {
  /**
   * Resolves when every monitor is ready, absent or failed, or after the patience; slow ones come
   * later.
   */
  start(): Promise<void>;
  monitors(): readonly MonitorInfo[];
  /** Every known port, in the order of the table. */
  ports(): readonly PortInfo[];
  portInfo(portName: string): PortInfo | undefined;
  openPort(portName: string, signal: AbortSignal): Promise<OpenOutcome>;
  xcv(
    target: { readonly monitor: string; readonly portName?: string },
    command: string,
    input: JsonValue,
    access: ReadonlySet<XcvAccess>,
  ): Promise<XcvResult | Refusal>;
  notifyUse(change: { readonly used: readonly string[]; readonly unused: readonly string[] }): void;
  /** Shuts every monitor down; one that has not ended after `timeoutMs` is cut off. */
  stop(timeoutMs: number): Promise<void>;
}

/** One module of the table and what became of it here. */
interface Hosted {
  readonly module: MonitorModule;
  readonly scope: DeviceScope;
  state: 'starting' | 'ready' | 'absent' | 'failed';
  message: string;
  instance: Monitor2 | undefined;
  ports: readonly PortInfo[];
  registry: OwnedMonitorRegistry | undefined;
  retry: Timer | undefined;
  backoffMs: number;
}

export function createMonitorHost(options: MonitorHostOptions): MonitorHost {
  const { clock, limits, log } = options;
  const scopes = createDeviceScopes({
    tcp: options.tcp,
    rules: options.outgoing,
    snmp: options.snmp,
    box: options.local ? options.box : undefined,
    onFault: options.onFault,
  });
  const hosted: readonly Hosted[] = options.modules.map((module) => ({
    module,
    scope: scopes.open(module.name),
    state: 'starting',
    message: 'is starting',
    instance: undefined,
    ports: [],
    registry: undefined,
    retry: undefined,
    backoffMs: 0,
  }));
  let stopping = false;

  const opener = createPortOpener({
    languages: options.languages,
    languageMonitors: () =>
      hosted
        .filter(({ module }) => module.kind === 'language')
        .map(({ module: { name, commandSets = [] }, instance }) => ({
          name,
          commandSets,
          instance,
        })),
    openScope: (portName) => scopes.open(portName, 'port'),
    clock,
    limits,
    printerNameOf: options.printerNameOf,
    onSilent: (portName) =>
      options.onStatus(portName, {
        source: 'language-monitor',
        reasons: [],
        atMs: clock.monotonicMs(),
      }),
  });

  const bounds = <T>(monitor: Hosted, call: string, scope: DeviceScope): CallBounds<T> => ({
    clock,
    timeoutMs: limits.resourceTimeoutMs,
    graceMs: limits.cutOffGraceMs,
    what: `${monitor.module.name} ${call}`,
    cutOff: () => scope.cutOff(),
  });

  const initOf = (monitor: Hosted, registry: MonitorRegistry): MonitorInit => ({
    spooler: options.spooler,
    local: options.local,
    serverName: options.serverName,
    registry,
    devices: scopes.devices,
    clock,
    random: options.random,
    reportStatus: (portName, status) => {
      const owner = findPort(portName)?.monitor;
      // A language monitor speaks of the ports of others.
      const mayTell = owner === monitor || (owner && status.source === 'language-monitor');
      if (!stopping && mayTell) options.onStatus(portName, status);
    },
    log,
  });

  const findPort = (portName: string): { monitor: Hosted; info: PortInfo } | undefined => {
    for (const monitor of hosted) {
      const info = monitor.ports.find((port) => port.name === portName);
      if (info !== undefined) return { monitor, info };
    }
    return undefined;
  };

  const settle = (monitor: Hosted, state: Hosted['state'], message: string) => {
    monitor.state = state;
    monitor.message = message;
    if (state === 'failed') log.warn('monitor failed', { monitor: monitor.module.name, message });
  };

  const shutDown = (monitor: Hosted, instance: Monitor2, timeoutMs: number) =>
    boundedCall(
      {
        ...bounds<void>(monitor, 'shutdown', monitor.scope),
        timeoutMs,
        graceMs: Math.min(limits.cutOffGraceMs, timeoutMs),
      },
      (call) => monitor.scope.run(() => instance.shutdown(call)),
    );

  const enumerate = async (
    monitor: Hosted,
    instance: Monitor2,
  ): Promise<CallOutcome<readonly PortInfo[]>> => {
    const scope = scopes.open(monitor.module.name);
    const listed = await boundedCall(
      bounds<readonly PortInfo[]>(monitor, 'enumPorts', scope),
      (call) => scope.run(() => instance.enumPorts(call)),
    );
    if (listed.kind === 'returned') monitor.ports = listed.value.slice(0, limits.ports);
    return listed;
  };

  /**
   * A monitor that threw may do better later (its registry was not readable); one that hung may
   * not.
   */
  const retryLater = (monitor: Hosted) => {
    if (stopping) return;
    monitor.backoffMs = nextBackoffMs(monitor.backoffMs, limits);
    monitor.retry = clock.startTimer(monitor.backoffMs, () => void initialise(monitor));
  };

  const initialise = async (monitor: Hosted): Promise<void> => {
    const { module, scope } = monitor;
    const initialiser = initialiserOf(module, options.local);
    if (initialiser === undefined) {
      return settle(monitor, 'failed', refusalOf(module, options));
    }
    const outcome: CallOutcome<Monitor2 | undefined> = await boundedCall(
      {
        ...bounds<Monitor2 | undefined>(monitor, 'initialisation', scope),
        onLate: (late) => {
          // Too late to serve; it is told so, and what becomes of that concerns nobody any more.
          if (late !== undefined) void shutDown(monitor, late, limits.cutOffGraceMs);
        },
      },
      async () => {
        monitor.registry ??= await options.openRegistry(module.name);
        const init = initOf(monitor, monitor.registry.registry);
        return await scope.run(() => initialiser(init));
      },
    );
    if (outcome.kind !== 'returned') {
      settle(monitor, 'failed', outcome.message);
      if (outcome.kind === 'threw') retryLater(monitor);
      return;
    }
    const instance = outcome.value;
    if (instance === undefined) {
      return settle(monitor, 'absent', 'has nothing to do for this spooler');
    }
    if (stopping || (module.locality === 'local' && !options.local)) {
      await shutDown(monitor, instance, limits.cutOffGraceMs);
      return settle(monitor, 'absent', 'drives ports of one box, which can not be part of a group');
    }
    monitor.instance = instance;
    const listed = await enumerate(monitor, instance);
    if (listed.kind !== 'returned') {
      monitor.instance = undefined;
      settle(monitor, 'failed', listed.message);
      await shutDown(monitor, instance, limits.cutOffGraceMs);
      if (listed.kind === 'threw') retryLater(monitor);
      return;
    }
    settle(monitor, 'ready', '');
    options.onPortsChanged();
  };

  return {
    async start() {
      const all = Promise.all(hosted.map(initialise)).then(() => undefined);
      await Promise.race([
        all,
        new Promise<void>((resolve) => {
          const patience = clock.startTimer(limits.monitorStartPatienceMs, resolve);
          void all.finally(() => patience.cancel());
        }),
      ]);
    },
    monitors: () => hosted.map(infoOf),
    ports: () => uniquePorts(hosted),
    portInfo: (portName) => findPort(portName)?.info,
    async openPort(portName, signal) {
      const found = findPort(portName);
      if (found === undefined) return { kind: 'failed', message: missingPort(portName, hosted) };
      const { module, instance } = found.monitor;
      if (instance?.openPort === undefined) {
        return { kind: 'failed', message: `${module.name} can not open ports` };
      }
      return await opener.open(portName, { monitorName: module.name, instance }, signal);
    },
    async xcv(target, command, input, access) {
      const monitor = hosted.find((one) => one.module.name === target.monitor);
      if (monitor === undefined) {
        return refused('monitor-not-found', `there is no monitor ${target.monitor}`);
      }
      const { door } = options;
      const kept =
        door?.refuseMonitor(monitor.module) ??
        (access.has('SERVER_ACCESS_ADMINISTER')
          ? await door?.refuseSettings(monitor.module, target.portName, input)
          : undefined);
      if (kept !== undefined) return kept;
      const instance = monitor.instance;
      if (instance === undefined || monitor.state !== 'ready') {
        return refused('monitor-failed', `${target.monitor}: ${monitor.message}`);
      }
      const answer = await callXcv(
        monitor,
        instance,
        target.portName ?? '',
        command,
        input,
        access,
      );
      if (answer.kind !== 'returned') return refused('monitor-failed', answer.message);
      if (answer.value.status === 'ERROR_SUCCESS' && access.has('SERVER_ACCESS_ADMINISTER')) {
        const before = monitor.ports.map(({ name }) => name);
        const listed = await enumerate(monitor, instance);
        if (listed.kind === 'returned') {
          const gone = before.filter((name) => findPort(name) === undefined);
          for (const name of gone) options.onPortDeleted(name);
          options.onPortsChanged();
        } else log.warn('ports could not be listed again', { message: listed.message });
      }
      return answer.value;
    },
    notifyUse({ used, unused }) {
      for (const monitor of hosted) {
        const mine = (names: readonly string[]) =>
          names.filter((name) => findPort(name)?.monitor === monitor);
        notify(monitor, mine(used), mine(unused));
      }
    },
    async stop(timeoutMs) {
      stopping = true;
      await Promise.all(
        hosted.map(async (monitor) => {
          const { instance } = monitor;
          monitor.instance = undefined;
          monitor.retry?.cancel();
          if (instance !== undefined) {
            const ended = await shutDown(monitor, instance, timeoutMs);
            if (ended.kind !== 'returned')
              log.warn('monitor did not shut down', { message: ended.message });
          }
          monitor.scope.cutOff();
          monitor.registry?.shutDown();
        }),
      );
    },
  };

  async function callXcv(
    monitor: Hosted,
    instance: Monitor2,
    object: string,
    command: string,
    input: JsonValue,
    access: ReadonlySet<XcvAccess>,
  ): Promise<CallOutcome<XcvResult>> {
    const scope = scopes.open(monitor.module.name);
    return await boundedCall(bounds<XcvResult>(monitor, `Xcv ${command}`, scope), async (call) => {
      const opened = scope.run(() => instance.xcvOpenPort(object, access));
      if (opened.status !== 'ERROR_SUCCESS') return opened;
      try {
        return await scope.run(() => opened.handle.xcvDataPort(command, input, call));
      } finally {
        scope.run(() => opened.handle.xcvClosePort());
      }
    });
  }

  function notify(monitor: Hosted, used: readonly string[], unused: readonly string[]): void {
    const { instance } = monitor;
    try {
      if (used.length > 0) monitor.scope.run(() => instance?.notifyUsedPorts?.(used));
      if (unused.length > 0) monitor.scope.run(() => instance?.notifyUnusedPorts?.(unused));
    } catch (error) {
      log.warn('monitor failed when told of used ports', {
        monitor: monitor.module.name,
        message: messageOf(error),
      });
    }
  }
}

/** The unconverted entry serves the local spooler only. */
function initialiserOf(
  module: MonitorModule,
  local: boolean,
): ((init: MonitorInit) => Promise<Monitor2 | undefined>) | undefined {
  return module.initializePrintMonitor2 ?? (local ? module.initializePrintMonitor : undefined);
}

function refusalOf(
  module: MonitorModule,
  { local, spooler }: Pick<MonitorHostOptions, 'local' | 'spooler'>,
): string {
  const refusal = local ? undefined : refuseGroupMonitor(module, spooler);
  return refusal?.message ?? `${module.name} offers no initializePrintMonitor2`;
}

function infoOf(monitor: Hosted): MonitorInfo {
  const { module, state, message } = monitor;
  return {
    name: module.name,
    kind: module.kind,
    locality: module.locality,
    state: state === 'starting' ? 'absent' : state,
    message,
    ui: uiOf(module),
  };
}

function uiOf(module: MonitorModule): MonitorUI {
  try {
    return module.initializePrintMonitorUI();
  } catch (error) {
    return {
      version: 1,
      title: module.name,
      help: `Its UI half failed: ${messageOf(error)}`,
      addPort: [],
      configurePort: [],
    };
  }
}

/** Two monitors may name one port; the first of the table has it. */
function uniquePorts(hosted: readonly Hosted[]): readonly PortInfo[] {
  const byName = new Map<string, PortInfo>();
  for (const monitor of hosted) {
    for (const port of monitor.ports) if (!byName.has(port.name)) byName.set(port.name, port);
  }
  return [...byName.values()];
}

function missingPort(portName: string, hosted: readonly Hosted[]): string {
  const silent = hosted.filter(
    (monitor) => monitor.state === 'starting' || monitor.state === 'failed',
  );
  const hint = silent.map((monitor) => `${monitor.module.name} ${monitor.message}`).join('; ');
  return `no monitor has a port ${portName}${hint === '' ? '' : ` (${hint})`}`;
}
