// How long the machine itself stood still: a thread that is served before all others and still woke
// late says that nobody was served, so a lapse at that time is not the heartbeats' own.
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { raiseThreadUrgency } from '../../hal/linux/thread-priority.ts';

const sleepMs = 5;

export interface Standstill {
  /** The longest time by which the thread woke late since the last call, in ms. */
  take: () => number;
  stop: () => Promise<void>;
}

export function watchStandstill(): Standstill {
  const worst = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL(import.meta.url), { workerData: worst });
  return {
    take: () => Atomics.exchange(worst, 0, 0),
    stop: async () => void (await worker.terminate()),
  };
}

function watch(worst: Int32Array): void {
  raiseThreadUrgency('real-time');
  const never = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let beforeMs = performance.now();
  for (;;) {
    Atomics.wait(never, 0, 0, sleepMs);
    const nowMs = performance.now();
    const lateMs = Math.round(nowMs - beforeMs - sleepMs);
    if (lateMs > Atomics.load(worst, 0)) Atomics.store(worst, 0, lateMs);
    beforeMs = nowMs;
  }
}

if (!isMainThread && workerData instanceof Int32Array) watch(workerData);
