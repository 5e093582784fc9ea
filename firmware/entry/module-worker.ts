// The thread of one monitor module from the data folder: loads the file and runs its functions.
import { parentPort, workerData } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import { createLinuxClock } from '../../hal/linux/clock.ts';
import { createLinuxRandom } from '../../hal/linux/random.ts';
import { createModuleSide } from '../modules/module-side.ts';
import { createRpc } from '../modules/rpc.ts';

/** What the starter hands over as workerData. */
export interface ModuleWorkerData {
  readonly path: string;
}

const port = parentPort;
if (port !== null) {
  const { path }: ModuleWorkerData = workerData;
  const side = createModuleSide({
    async load() {
      const loaded: { readonly default?: unknown; readonly monitor?: unknown } = await import(
        pathToFileURL(path).href
      );
      return loaded.default ?? loaded.monitor;
    },
    clock: createLinuxClock({ wallTrusted: () => false }),
    random: createLinuxRandom(),
    rpc: () => rpc,
  });
  const rpc = createRpc(
    {
      post: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on('message', listener),
    },
    (call) => side.serve(call),
  );
}
