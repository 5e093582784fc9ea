// The thread of a loaded module: runs its functions, and brings what they ask for to the appliance.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Random } from '../../hal/contract.ts';
import { invoke, offered, part } from './parts.ts';
import { portMonitorSide } from './port-monitor-side.ts';
import type { Rpc, RpcCall } from './rpc.ts';
import { withoutSignal, withSignal } from './signals.ts';
import { registryFunctions } from './registry-functions.ts';

export interface ModuleSideOptions {
  /** As the file exports it; nothing of it is known yet. */
  readonly load: () => Promise<unknown>;
  readonly clock: Clock;
  readonly random: Random;
  readonly rpc: () => Rpc;
}

/** Answers the calls of module-proxy.ts. */
export function createModuleSide(options: ModuleSideOptions) {
  return new ModuleSide(options);
}

const deviceFunctions = [
  'connectTcp',
  'openSnmp',
  'openOutput',
  'openPrinterNode',
  'listPrinterNodes',
  'openSerial',
  'listSerial',
  'listUsb',
  'openUsb',
] as const;

const optionalOfInstances = ['openPortEx', 'notifyUsedPorts', 'notifyUnusedPorts'] as const;
const optionalOfPorts = [
  'getPrinterDataFromPort',
  'setPortTimeOuts',
  'sendRecvBidiDataFromPort',
] as const;

class ModuleSide {
  readonly #options: ModuleSideOptions;
  /** Instances, ports and Xcv handles by their targets. */
  readonly #objects = new Map<string, unknown>();
  /** On whose behalf the code runs just now: its devices are ended with it. */
  readonly #scope = new AsyncLocalStorage<string>();
  #module: unknown;

  constructor(options: ModuleSideOptions) {
    this.#options = options;
  }

  async serve({ target, method, args, signal }: RpcCall & { readonly signal: AbortSignal }) {
    if (target === 'module') return await this.#ofModule(method, args);
    const [scope, ...rest] = args;
    const answer = await this.#scope.run(String(scope), () =>
      this.#ofObject(target, method, withSignal(rest, signal)),
    );
    return withoutUndefined(answer);
  }

  async #ofModule(method: string, args: readonly unknown[]): Promise<unknown> {
    if (method === 'ping') return 'here';
    if (method === 'describe') {
      this.#module = await this.#options.load();
      return describe(this.#module);
    }
    if (method !== 'initialise') throw new Error(`no such function: ${method}`);
    const [id, facts, isLocal] = args;
    const target = `instance:${String(id)}`;
    return await this.#scope.run(target, async () => {
      const name = isConverted(this.#module) ? 'initializePrintMonitor2' : 'initializePrintMonitor';
      if (name === 'initializePrintMonitor' && isLocal !== true) {
        throw new Error('it is not converted: it offers no initializePrintMonitor2');
      }
      const instance = await invoke(this.#module, name, [this.#init(target, facts)]);
      if (instance === undefined) return undefined;
      this.#objects.set(target, instance);
      return { offers: offered(instance, optionalOfInstances) };
    });
  }

  async #ofObject(target: string, method: string, args: readonly unknown[]): Promise<unknown> {
    const object = this.#objects.get(target);
    if (object === undefined) throw new Error(`there is no ${target} any more`);
    if (method === 'openPort') {
      const [portTarget, ...rest] = args;
      const opened = await invoke(object, method, rest);
      return this.#keep(String(portTarget), opened);
    }
    if (method === 'openPortEx') {
      const [portTarget, below, name, printerName, ...rest] = args;
      const ask = (call: string, plain: readonly unknown[]) =>
        this.#ask(String(below), call, plain);
      const opening = [name, printerName, portMonitorSide(ask), ...rest];
      return this.#keep(String(portTarget), await invoke(object, method, opening));
    }
    if (method === 'xcvDataPort') return await this.#xcv(object, args);
    if (method === 'closePort' || method === 'shutdown') this.#objects.delete(target);
    const answer = await invoke(object, method, args);
    return method === 'shutdown' || method === 'closePort' ? undefined : answer;
  }

  /** Handles stay here; what is said of them goes. */
  #keep(target: string, opened: unknown): unknown {
    const handle = part(opened, 'handle');
    if (handle !== undefined) this.#objects.set(target, handle);
    const offers = offered(handle, optionalOfPorts);
    return { status: part(opened, 'status'), message: part(opened, 'message'), offers };
  }

  async #xcv(instance: unknown, args: readonly unknown[]): Promise<unknown> {
    const [object, access, ...call] = args;
    const granted = new Set(Array.isArray(access) ? access : []);
    const opened = await invoke(instance, 'xcvOpenPort', [object, granted]);
    const handle = part(opened, 'handle');
    if (handle === undefined) {
      return { status: part(opened, 'status'), message: part(opened, 'message') };
    }
    try {
      return await invoke(handle, 'xcvDataPort', call);
    } finally {
      await invoke(handle, 'xcvClosePort', []);
    }
  }

  /** MONITORINIT: the appliance's own, at the other end of calls. */
  #init(target: string, facts: unknown): object {
    const { clock, random } = this.#options;
    const told = (method: string, ...args: readonly unknown[]) => {
      // Nobody waits for it, and at the end of the thread nobody is left to hear it.
      this.#ask(target, method, args).catch(() => {});
    };
    const registry = Object.fromEntries(
      registryFunctions.map((name) => [
        name,
        (...args: readonly unknown[]) => this.#ask(`registry:${target}`, name, args),
      ]),
    );
    const devices = Object.fromEntries(
      deviceFunctions.map((name) => [
        name,
        async (...args: readonly unknown[]) =>
          this.#device(
            await this.#ask('devices', name, [this.#scope.getStore() ?? target, ...args]),
          ),
      ]),
    );
    const log = (level: string) => (text: string, more?: unknown) => told('log', level, text, more);
    return {
      ...Object(facts),
      registry: { ...registry, root: { path: [], id: 0 } },
      devices,
      clock,
      random,
      reportStatus: (port: string, status: unknown) => told('reportStatus', port, status),
      log: { debug: log('debug'), info: log('info'), warn: log('warn') },
    };
  }

  #ask(target: string, method: string, args: readonly unknown[]): Promise<unknown> {
    return this.#options.rpc().call({ target, method, ...withoutSignal(args) });
  }

  /** An open device is called by its number; what it says of itself comes with each answer. */
  #device(opened: unknown): unknown {
    const id = part(opened, 'deviceId');
    if (typeof id !== 'number') return part(opened, 'value');
    const said: Record<string, unknown> = { ...Object(part(opened, 'facts')) };
    const rpc = this.#options.rpc;
    return new Proxy(said, {
      get(facts, name) {
        // It is no promise, whatever `await` may ask it.
        if (typeof name !== 'string' || name === 'then') return undefined;
        if (name in facts) return facts[name];
        return async (...args: readonly unknown[]) => {
          const plain = withoutSignal(args);
          const answer = await rpc().call({
            target: `device:${id}`,
            method: name,
            ...plain,
          });
          Object.assign(facts, part(answer, 'facts'));
          return part(answer, 'value');
        };
      },
    });
  }
}

/** A thread's message keeps what is undefined; as an answer it is what is not said. */
function withoutUndefined(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutUndefined);
  if (
    typeof answer !== 'object' ||
    answer === null ||
    Object.getPrototypeOf(answer) !== Object.prototype
  )
    return answer;
  return Object.fromEntries(Object.entries({ ...answer }).filter(([, each]) => each !== undefined));
}

async function describe(module: unknown): Promise<unknown> {
  return {
    name: part(module, 'name'),
    kind: part(module, 'kind') ?? 'port',
    locality: part(module, 'locality'),
    commandSets: part(module, 'commandSets'),
    converted: isConverted(module),
    unconverted: typeof part(module, 'initializePrintMonitor') === 'function',
    ui: await invoke(module, 'initializePrintMonitorUI', []),
  };
}

function isConverted(module: unknown): boolean {
  return typeof part(module, 'initializePrintMonitor2') === 'function';
}
