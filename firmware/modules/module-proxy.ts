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
  RegistryKey,
  XcvResult,
} from '../../monitors/contract.ts';
import { type Win32Status, win32Statuses } from '../../monitors/win32-status.ts';
import { modulesLimits as limits } from '../limits/modules-limits.ts';
import { createDeviceBox, type DeviceBox } from './device-box.ts';
import { createModuleThread, type ModuleThread, type ThreadHandle } from './module-thread.ts';
import type { RpcServe } from './rpc.ts';
import {
  deviceStatus,
  logFacts,
  logLevel,
  moduleWords,
  openAnswer,
  portInfos,
  portOutcome,
  readBytes,
  startOutcome,
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
  readonly keys: Map<number, RegistryKey>;
  /** The start of the thread that knows it. */
  epoch: number;
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
  /** Runs work on behalf of whom the spooler called for. */
  readonly #scopes = new Map<string, { readonly instance: Instance; readonly run: Runner }>();
  #lastId = 0;

  constructor({ name, spawn, clock }: ModuleProxyOptions) {
    this.#clock = clock;
    this.#devices = createDeviceBox();
    this.#thread = createModuleThread({ name, spawn, clock, serve: (call) => this.#serve(call) });
  }

  stop(): void {
    this.#thread.stop();
  }

  async describe(): Promise<MonitorModule> {
    const words = moduleWords.parse(await this.#describeNow());
    const initialise = (init: MonitorInit) => this.#initialise(init);
    return {
      name: words.name,
      kind: words.kind,
      locality: words.locality,
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
    const instance = { id, init, keys: new Map([[0, init.registry.root]]), epoch: 0 };
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
    const isThere = await this.#thread.call({ target: 'module', method: 'initialise', args });
    instance.epoch = this.#thread.epoch;
    return isThere === true;
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
    return {
      enumPorts: async (request) => portInfos.parse(await call('enumPorts', [], request)),
      openPort: (name, request) => this.#openPort(instance, name, request),
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

  async #openPort(instance: Instance, name: string, call: Call): Promise<Opened<MonitorPort>> {
    await this.#known(instance);
    const target = this.#newId('port');
    this.#scopes.set(target, { instance, run: AsyncLocalStorage.snapshot() });
    const answer = await this.#call(
      instance,
      instance.id,
      target,
      'openPort',
      [target, name],
      call,
    );
    const { status, message } = openAnswer.parse(answer);
    const known = statusOf(status);
    if (known === 'ERROR_SUCCESS') return { status: known, handle: this.#port(instance, target) };
    this.#scopes.delete(target);
    return { status: known, message: message ?? `the module can not open ${name}` };
  }

  #port(instance: Instance, target: string): MonitorPort {
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
          await call('closePort', [], request);
        } finally {
          this.#scopes.delete(target);
        }
      },
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
      ? await askRegistry(instance, method, args)
      : told(instance.init, method, args);
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

type Runner = <T>(work: () => T) => T;

/** As signals.ts writes it. */
const callMark = '\u0000signal';

const registryNames = z.enum([
  'createKey',
  'openKey',
  'closeKey',
  'deleteKey',
  'enumKey',
  'queryInfoKey',
  'setValue',
  'setValues',
  'deleteValue',
  'enumValue',
  'queryValue',
]);

/** Keys go by numbers; the appliance keeps the keys. */
async function askRegistry(
  { init: { registry }, keys }: Instance,
  name: string,
  args: readonly unknown[],
): Promise<unknown> {
  const real = args.map((arg) => {
    const id: unknown = typeof arg === 'object' && arg !== null && Reflect.get(arg, 'id');
    if (typeof id !== 'number') return arg;
    const key = keys.get(id);
    if (key === undefined) throw new Error('the registry key is not open');
    return key;
  });
  const method = registry[registryNames.parse(name)];
  const answer: unknown = await Reflect.apply(method, registry, real);
  if (name !== 'createKey' && name !== 'openKey') return answer;
  if (answer === undefined) return undefined;
  const { path } = z.object({ path: z.array(z.string()) }).parse(answer);
  const id = Math.max(...keys.keys()) + 1;
  const key = keyOf(answer);
  if (key !== undefined) keys.set(id, key);
  return { path, id };
}

function keyOf(answer: unknown): RegistryKey | undefined {
  return isKey(answer) ? answer : undefined;
}

function isKey(answer: unknown): answer is RegistryKey {
  return typeof answer === 'object' && answer !== null && 'path' in answer;
}

function told(init: MonitorInit, method: string, args: readonly unknown[]): void {
  const [first, second, third] = args;
  if (method === 'reportStatus') {
    return init.reportStatus(z.string().parse(first), deviceStatus.parse(second));
  }
  if (method !== 'log') throw new Error(`no such function: ${method}`);
  const text = z.string().parse(second).slice(0, limits.messageLength);
  init.log[logLevel.parse(first)](text, logFacts.parse(third));
}

function statusOf(text: string): Win32Status {
  return isStatus(text) ? text : 'ERROR_INVALID_DATA';
}

function isStatus(text: string): text is Win32Status {
  return Object.hasOwn(win32Statuses, text);
}
