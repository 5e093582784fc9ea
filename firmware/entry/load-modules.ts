// The monitor modules of the data folder (`monitors.d/*.mjs`), each in a thread of its own.
import type { Clock, Files } from '../../hal/contract.ts';
import { isHalError } from '../../hal/errors.ts';
import type { MonitorModule } from '../../monitors/contract.ts';
import { modulesLimits as limits } from '../limits/modules-limits.ts';
import type { Log } from '../log/log.ts';
import { type LoadedModule, loadModule, type ModuleProxyOptions } from '../modules/module-proxy.ts';
import type { ThreadHandle } from '../modules/module-thread.ts';
import type { ModuleWorkerData } from './module-worker.ts';
import { spawnWorker } from './spawn-worker.ts';

export interface LoadedModules {
  /** Those of the table first; a file can't take the name of one of them. */
  readonly monitors: readonly MonitorModule[];
  stop(): void;
}

/** A file that can't be loaded is a monitor that failed, and says why. */
export async function loadModules(options: {
  readonly files: Pick<Files, 'list'>;
  readonly clock: Clock;
  readonly folder: string;
  readonly builtIn: readonly MonitorModule[];
  readonly log: Log;
}): Promise<LoadedModules> {
  const { clock, folder, builtIn, log } = options;
  const names = await moduleFiles(options.files, folder);
  const answers = await Promise.all(
    names.map((name) => loadOne({ name, clock, spawn: () => spawnModule(`${folder}/${name}`) })),
  );
  const loaded: LoadedModule[] = [];
  const monitors = [...builtIn];
  for (const answer of answers) {
    const { file, reason } = checked(answer, monitors);
    if (answer.kind === 'loaded' && reason === undefined) {
      loaded.push(answer.one);
      monitors.push(answer.one.module);
    } else {
      if (answer.kind === 'loaded') answer.one.stop();
      log.error('a monitor module could not be loaded', { file, reason });
      monitors.push(failedModule(file, reason ?? ''));
    }
  }
  return {
    monitors,
    stop() {
      for (const one of loaded) one.stop();
    },
  };
}

type Answer =
  | { readonly kind: 'loaded'; readonly file: string; readonly one: LoadedModule }
  | { readonly kind: 'failed'; readonly file: string; readonly reason: string };

async function loadOne(options: ModuleProxyOptions): Promise<Answer> {
  const file = options.name;
  try {
    return { kind: 'loaded', file, one: await loadModule(options) };
  } catch (error) {
    return { kind: 'failed', file, reason: error instanceof Error ? error.message : String(error) };
  }
}

function checked(
  answer: Answer,
  monitors: readonly MonitorModule[],
): { readonly file: string; readonly reason: string | undefined } {
  const { file } = answer;
  if (answer.kind === 'failed') return { file, reason: answer.reason };
  const { name } = answer.one.module;
  const isTaken = monitors.some((monitor) => monitor.name === name);
  return { file, reason: isTaken ? `there is a monitor ${name} already` : undefined };
}

async function moduleFiles(files: Pick<Files, 'list'>, folder: string): Promise<readonly string[]> {
  try {
    return (await files.list(folder))
      .filter(({ kind, name }) => kind === 'file' && name.endsWith('.mjs'))
      .map(({ name }) => name)
      .toSorted()
      .slice(0, limits.files);
  } catch (error) {
    if (isHalError(error, 'not-found')) return [];
    throw error;
  }
}

function failedModule(file: string, message: string): MonitorModule {
  return {
    name: file,
    kind: 'port',
    locality: 'local',
    initializePrintMonitor2: async () => {
      throw new Error(`${file} could not be loaded: ${message}`);
    },
    initializePrintMonitorUI: () => ({
      version: 1,
      title: file,
      help: message,
      addPort: [],
      configurePort: [],
    }),
  };
}

function spawnModule(path: string): ThreadHandle {
  const workerData: ModuleWorkerData = { path };
  const worker = spawnWorker('module-worker', {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: limits.heapMegabytes },
  });
  return {
    channel: {
      post: (message) => worker.postMessage(message),
      onMessage: (listener) => void worker.on('message', listener),
    },
    terminate: () => void worker.terminate(),
    onEnd(listener) {
      worker.on('error', (error) => listener(`it failed: ${String(error)}`));
      worker.on('exit', (code) => listener(`it ended with ${code}`));
    },
  };
}
