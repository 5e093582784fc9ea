// Starts a worker thread, from the sources or from the single file, whichever this process runs.

import { getAsset, isSea } from 'node:sea';
import { Worker, type WorkerOptions } from 'node:worker_threads';

import { workerAsset, type WorkerName } from './workers.ts';

/**
 * The caller owns the thread: it listens to `error` and `exit`, and ends it. The single file has
 * no files of its own, so there a worker starts from source text.
 */
export function spawnWorker(name: WorkerName, options: Omit<WorkerOptions, 'eval'> = {}): Worker {
  if (isSea()) {
    return new Worker(getAsset(workerAsset(name), 'utf8'), { name, ...options, eval: true });
  }
  return new Worker(new URL(`./${name}.ts`, import.meta.url), { name, ...options });
}
