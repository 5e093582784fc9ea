// Step: the store in its worker.
import { connectStore, type StoreClient } from '../../store/worker-client.ts';
import { channelOfWorker } from '../../store/worker-channel.ts';
import { StoreError } from '../../store/contract.ts';
import { entryLimits } from '../../limits/entry-limits.ts';
import { StartError, type Step } from '../lifecycle.ts';
import { spawnWorker } from '../spawn-worker.ts';
import type { StoreWorkerData } from '../store-worker.ts';
import type { DataFolder } from '../data-folder.ts';

export function storeStep(folder: DataFolder): Step<StoreClient> {
  return {
    name: 'store',
    startTimeoutMs: entryLimits.storeStartMs,
    stopTimeoutMs: entryLimits.storeStopMs,
    async start() {
      const workerData: StoreWorkerData = {
        dataDirectory: folder.path,
        spoolDirectory: folder.spool,
      };
      const client = await connect(spawnWorker('store-worker', { workerData }), folder);
      return {
        part: client,
        stop: async () => {
          if (client.state().kind === 'running') await client.store.close();
        },
      };
    },
  };
}

async function connect(
  worker: ReturnType<typeof spawnWorker>,
  { path }: DataFolder,
): Promise<StoreClient> {
  try {
    return await connectStore({ channel: channelOfWorker(worker) });
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new StartError(
      `The registry in ${path} can't be opened: ${error.message}. ` +
        'Look at the disk first; restore a backup if it is damaged.',
      { cause: error },
    );
  }
}
