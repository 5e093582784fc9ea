// Makes files durable behind their downloads: a few at once, so that syncs that wait for the disk
// do not hold the threads that write, and a bounded number that waits.
import type { OpenFile } from '../../hal/contract.ts';
import { clientLimits as limits } from '../limits/client-limits.ts';

export interface Syncing {
  /** Takes the file over: synced, then closed. Resolves once there is room for one more. */
  add(file: OpenFile): Promise<void>;
  /** Resolves once all are durable and closed; rejects with the first fault. */
  end(): Promise<void>;
}

export function createSyncing(): Syncing {
  const waiting: OpenFile[] = [];
  const active = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let changed = Promise.withResolvers<void>();

  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      try {
        if (failure === undefined) await file.sync();
      } catch (error) {
        failure ??= { error };
      } finally {
        await file.close();
      }
      tell();
    }
  };
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  };
  const start = () => {
    const working = work();
    active.add(working);
    void ended(working);
  };
  const ended = async (working: Promise<void>) => {
    try {
      await working;
    } catch (error) {
      failure ??= { error };
    }
    active.delete(working);
    tell();
  };

  return {
    async add(file) {
      waiting.push(file);
      if (active.size < limits.syncsAtOnce) start();
      while (waiting.length >= limits.syncsWaiting) await changed.promise;
      if (failure !== undefined) throw failure.error;
    },
    async end() {
      while (active.size > 0) await changed.promise;
      if (failure !== undefined) throw failure.error;
    },
  };
}
