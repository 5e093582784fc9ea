// A loaded module as one of the monitor table: its functions run in its thread.
import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import type { Clock } from '../../hal/contract.ts';
import type {
  Call,
  Monitor2,
  MonitorInit,
  MonitorModule,
  MonitorPort,
  Opened,
  XcvResult,
} from '../../monitors/contract.ts';
import { modulesLimits as limits } from '../limits/modules-limits.ts';
import { createDeviceBox, type DeviceBox } from './device-box.ts';
import { askRegistry, type OpenKeys } from './module-registry.ts';
import { createModuleThread, type ModuleThread, type ThreadHandle } from './module-thread.ts';
import { belowPrefix, createPortsBelow, type PortsBelow } from './port-below.ts';
import type { RpcServe } from './rpc.ts';
import { soonAfter } from './soon-after.ts';
import {
  deviceStatus,
  logFacts,
  logLevel,
  moduleWords,
  offersAnswer,
  openAnswer,
  portInfos,
  portOutcome,
  printerData,
  readBytes,
  startOutcome,
  statusOf,
  writeOutcome,
  xcvAnswer,
} from './shapes.ts';

export interface ModuleProxyOptions {
  /** The file's name, for messages. */
  readonly name: string;
  readonly spawn: () => ThreadHandle;
  readonly clock: Clock;
}

export interface LoadedModule {
  readonly module: MonitorModule;
  /** Ends its thread. */
  stop(): void;
}

/** One instance: what its module in the thread may use. */
interface Instance {
  readonly id: string;
  readonly init: MonitorInit;
  readonly keys: OpenKeys;
  /** The start of the thread that knows it. */
  epoch: number;
  /** Functions of MONITOR2 that not every monitor has. */
  offers: readonly string[];
}

/** Rejects where the file can't be loaded, or is no monitor module. */
export async function loadModule(options: ModuleProxyOptions): Promise<LoadedModule> {
  const proxy = new ModuleProxy(options);
  try {
    return { module: await proxy.describe(), stop: () => proxy.stop() };
  } catch (error) {
    proxy.stop();
    throw error;
  }
}

class ModuleProxy {
  readonly #thread: ModuleThread;
  readonly #clock: Clock;
  readonly #instances = new Map<string, Instance>();
  readonly #devices: DeviceBox;
  readonly #below: PortsBelow;
  #kind: MonitorModule['kind'] = 'port';
  /** Runs work on behalf of whom the spooler called for. */
  readonly #scopes = new Map<string, { readonly instance: Instance; readonly run: Runner }>();
  #lastId = 0;

  constructor({ name, spawn, clock }: ModuleProxyOptions) {
    this.#clock = clock;
    this.#devices = createDeviceBox();
    this.#below = createPortsBelow(clock);
    this.#thread = createModuleThread({ name, spawn, clock, serve: (call) => this.#serve(call) });
  }

  stop(): void {
    this.#thread.stop();
  }

  async describe(): Promise<MonitorModule> {
    const words = moduleWords.parse(await this.#describeNow());
    this.#kind = words.kind;
    const initialise = (init: MonitorInit) => this.#initialise(init);
    return {
      name: words.name,
      kind: words.kind,
      locality: words.locality,
      ...(words.kind === 'language' ? { commandSets: words.commandSets } : {}),
      ...(words.converted ? { initializePrintMonitor2: initialise } : {}),
      ...(words.unconverted ? { initializePrintMonitor: initialise } : {}),
      initializePrintMonitorUI: () => words.ui,
    };
  }

  async #describeNow(): Promise<unknown> {
    const late = new AbortController();
    const timer = this.#clock.startTimer(limits.describeMs, () => late.abort());
    try {
      const call = { target: 'module', method: 'describe', args: [], signal: late.signal };
      const gone = Promise.withResolvers<never>();
      late.signal.addEventListener('abort', () =>
        gone.reject(new Error('it did not say in time what it is')),
      );
      return await Promise.race([this.#thread.call(call), gone.promise]);
    } finally {
      timer.cancel();
    }
  }

  async #initialise(init: MonitorInit): Promise<Monitor2 | undefined> {
    const id = this.#newId('instance');
    const keys = new Map([[0, init.registry.root]]);
    const instance: Instance = { id, init, keys, epoch: 0, offers: [] };
    this.#instances.set(id, instance);
    this.#scopes.set(id, { instance, run: AsyncLocalStorage.snapshot() });
    if (await this.#known(instance)) return this.#monitor(instance);
    this.#forget(instance);
    return undefined;
  }

  /** The thread may be a new one, to which the instance has to be made known first. */
  async #known(instance: Instance): Promise<boolean> {
    if (instance.epoch > 0 && instance.epoch === this.#thread.epoch) return true;
    const { spooler, local, serverName } = instance.init;
    if (instance.epoch > 0) {
      await this.#thread.call({ target: 'module', method: 'describe', args: [] });
    }
    const args = [instance.id.replace('instance:', ''), { spooler, local, serverName }, local];
    const answer = await this.#thread.call({ target: 'module', method: 'initialise', args });
    instance.epoch = this.#thread.epoch;
    if (answer === undefined) return false;
    instance.offers = offersAnswer.parse(answer).offers;
    return true;
  }

  async #call(
    instance: Instance,
    target: string,
    scope: string,
    method: string,
    args: readonly unknown[],
    call: Call,
  ): Promise<unknown> {
    const { signal } = call;
    return await this.#thread.call({
      target,
      method,
      args: [scope, ...args, { signal: callMark }],
      signal,
    });
  }

  #monitor(instance: Instance): Monitor2 {
    const { id } = instance;
    const call = async (method: string, args: readonly unknown[], { signal }: Call) => {
      await this.#known(instance);
      return await this.#call(instance, id, id, method, args, { signal });
    };
    // Nobody waits for it; what is wrong with it the next call tells.
    const tell = (method: string, names: readonly string[]) => {
      const { signal } = new AbortController();
      if (instance.offers.includes(method)) call(method, [names], { signal }).catch(() => {});
    };
    return {
      ...(this.#kind === 'port'
        ? this.#portFunctions(instance, call)
        : this.#languageFunctions(instance)),
      notifyUsedPorts: (names) => tell('notifyUsedPorts', names),
      notifyUnusedPorts: (names) => tell('notifyUnusedPorts', names),
      xcvOpenPort: (object, access) => ({
        status: 'ERROR_SUCCESS',
        handle: {
          xcvDataPort: (name, input, request) =>
            this.#xcv(instance, [object, [...access], name, input], request),
          xcvClosePort() {},
        },
      }),
      shutdown: async (request) => {
        try {
          if (instance.epoch === this.#thread.epoch) await call('shutdown', [], request);
        } finally {
          this.#forget(instance);
        }
      },
    };
  }

  #portFunctions(instance: Instance, call: InstanceCall): Pick<Monitor2, 'enumPorts' | 'openPort'> {
    return {
      enumPorts: async (request) => portInfos.parse(await call('enumPorts', [], request)),
      openPort: async (name, request) => {
        await this.#known(instance);
        return await this.#open(instance, name, request, (target) => ({
          method: 'openPort',
          args: [target, name],
        }));
      },
    };
  }

  #languageFunctions(instance: Instance): Pick<Monitor2, 'enumPorts' | 'openPortEx'> {
    return {
      // It has no ports of its own.
      enumPorts: async () => [],
      openPortEx: async (name, printerName, monitor, request) => {
        await this.#known(instance);
        if (!instance.offers.includes('openPortEx')) {
          const message = 'the module offers no openPortEx';
          return { status: 'ERROR_NOT_SUPPORTED', message };
        }
        const run: Runner = AsyncLocalStorage.snapshot();
        const below = this.#below.add({ portName: name, monitor, run });
        const end = () => below.end();
        const opening = (target: string) => ({
          method: 'openPortEx',
          args: [target, below.target, name, printerName],
        });
        try {
          const opened = await this.#open(instance, name, request, opening, end);
          if (opened.status !== 'ERROR_SUCCESS') await end();
          return opened;
        } catch (error) {
          await end();
          throw error;
        }
      },
    };
  }

  /** `onClosed` ends what lies under the port, once the module has ended, or is not waited for. */
  async #open(
    instance: Instance,
    name: string,
    call: Call,
    opening: (target: string) => { readonly method: string; readonly args: readonly unknown[] },
    onClosed?: () => Promise<void>,
  ): Promise<Opened<MonitorPort>> {
    const target = this.#newId('port');
    this.#scopes.set(target, { instance, run: AsyncLocalStorage.snapshot() });
    const { method, args } = opening(target);
    try {
      const asked = this.#call(instance, instance.id, target, method, args, call);
      const { status, message, offers } = openAnswer.parse(
        await soonAfter(this.#clock, call, asked),
      );
      const known = statusOf(status);
      if (known === 'ERROR_SUCCESS') {
        return { status: known, handle: this.#port(instance, target, offers, onClosed) };
      }
      this.#scopes.delete(target);
      return { status: known, message: message ?? `the module can not open ${name}` };
    } catch (error) {
      this.#scopes.delete(target);
      throw error;
    }
  }

  #port(
    instance: Instance,
    target: string,
    offers: readonly string[],
    onClosed?: () => Promise<void>,
  ): MonitorPort {
    const call = (method: string, args: readonly unknown[], request: Call) =>
      this.#call(instance, target, target, method, args, request);
    return {
      startDocPort: async (doc, request) => {
        const outcome = startOutcome.parse(await call('startDocPort', [doc], request));
        if (outcome.kind !== 'failed') return outcome;
        const status = statusOf(outcome.status);
        return { ...outcome, status: status === 'ERROR_SUCCESS' ? 'ERROR_INVALID_DATA' : status };
      },
      writePort: async (bytes, request) =>
        writeOutcome.parse(await call('writePort', [bytes], request)),
      readPort: async (maxBytes, request) =>
        readBytes.parse(await call('readPort', [maxBytes], request)),
      endDocPort: async (what, request) =>
        portOutcome.parse(await call('endDocPort', [what], request)),
      closePort: async (request) => {
        try {
          await soonAfter(this.#clock, request, call('closePort', [], request));
        } finally {
          await onClosed?.();
          this.#scopes.delete(target);
        }
      },
      ...(offers.includes('getPrinterDataFromPort')
        ? {
            getPrinterDataFromPort: async (name: string, request: Call) =>
              printerData.parse(await call('getPrinterDataFromPort', [name], request)),
          }
        : {}),
    };
  }

  async #xcv(instance: Instance, args: readonly unknown[], call: Call): Promise<XcvResult> {
    await this.#known(instance);
    const scope = this.#newId('xcv');
    this.#scopes.set(scope, { instance, run: AsyncLocalStorage.snapshot() });
    try {
      const answer = await this.#call(instance, instance.id, scope, 'xcvDataPort', args, call);
      const { status, ...rest } = xcvAnswer.parse(answer);
      return { ...rest, status: statusOf(status) };
    } finally {
      this.#scopes.delete(scope);
    }
  }

  /** What the module asks for. */
  readonly #serve: RpcServe = async ({ target, method, args, signal }) => {
    if (target.startsWith(belowPrefix)) {
      return await this.#below.call(target, method, args, signal);
    }
    if (target.startsWith('device:')) return await this.#devices.call(target, method, args, signal);
    if (target === 'devices') {
      const [name, ...rest] = args;
      const scope = this.#scopes.get(String(name));
      if (scope === undefined) throw new Error('a device outside any call of the spooler');
      const { devices } = scope.instance.init;
      return await scope.run(() => this.#devices.open(devices, method, rest, signal));
    }
    const isRegistry = target.startsWith('registry:');
    const instance = this.#instances.get(target.replace('registry:', ''));
    if (instance === undefined) throw new Error(`there is no ${target} any more`);
    return isRegistry
      ? await askRegistry(instance.init.registry, instance.keys, method, args)
      : told(instance.init, this.#kind, method, args);
  };

  #forget(instance: Instance): void {
    this.#instances.delete(instance.id);
    for (const [name, scope] of this.#scopes) {
      if (scope.instance === instance) this.#scopes.delete(name);
    }
  }

  #newId(kind: 'instance' | 'port' | 'xcv'): string {
    this.#lastId += 1;
    return `${kind}:${this.#lastId}`;
  }
}

type InstanceCall = (method: string, args: readonly unknown[], call: Call) => Promise<unknown>;
type Runner = <T>(work: () => T) => T;

/** As signals.ts writes it. */
const callMark = '\u0000signal';

function told(
  init: MonitorInit,
  kind: MonitorModule['kind'],
  method: string,
  args: readonly unknown[],
): void {
  const [first, second, third] = args;
  if (method === 'reportStatus') {
    return init.reportStatus(z.string().parse(first), deviceStatus[kind].parse(second));
  }
  if (method !== 'log') throw new Error(`no such function: ${method}`);
  const text = z.string().parse(second).slice(0, limits.messageLength);
  init.log[logLevel.parse(first)](text, logFacts.parse(third));
}
