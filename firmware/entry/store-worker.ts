// The store's thread: opens the store on this machine and serves it to the thread that started it.
import { parentPort, workerData } from 'node:worker_threads';
import { createLinuxDatabases } from '../../hal/linux/databases.ts';
import { createLinuxFiles } from '../../hal/linux/files.ts';
import { openStore, type StoreOptions } from '../store/store.ts';
import { channelOfPort } from '../store/worker-channel.ts';
import { serveStore } from '../store/worker-host.ts';

/** What the starter hands over as workerData. */
export type StoreWorkerData = Pick<StoreOptions, 'dataDirectory' | 'spoolDirectory'>;

if (parentPort !== null) {
  const directories: StoreWorkerData = workerData;
  void serveStore({
    channel: channelOfPort(parentPort),
    open: () =>
      openStore({
        files: createLinuxFiles(),
        databases: createLinuxDatabases(),
        dataDirectory: directories.dataDirectory,
        spoolDirectory: directories.spoolDirectory,
      }),
  });
}
