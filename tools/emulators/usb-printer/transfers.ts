// The transfers of one connection. Those of an endpoint run and are answered one after the other,
// in the order in which they came, as on a bus: a host may have several under way, and QEMU ends
// itself where a later one is answered before an earlier one.

export interface Transfer<T> {
  /** With the direction bit. */
  readonly endpoint: number;
  /** May come again once the transfer was answered or given up. */
  readonly id: string;
  /** Ends soon after `signal` aborts. */
  readonly work: (signal: AbortSignal) => Promise<T>;
  /** Not called once the transfer was given up. */
  readonly answer: (end: T) => void;
  /** Called instead where it was given up under way: what the work came to does not arrive. */
  readonly undo?: (end: T) => void;
  /** Called when it is given up by itself. */
  readonly onCancel?: () => void;
}

export interface Transfers {
  run<T>(transfer: Transfer<T>): void;
  /** False where there is no such transfer (any more). */
  cancel(id: string): boolean;
  cancelAll(): void;
}

interface Asked {
  readonly giveUp: AbortController;
  readonly onCancel: (() => void) | undefined;
}

export function createTransfers(): Transfers {
  const asked = new Map<string, Asked>();
  /** The first of each endpoint is under way. */
  const queues = new Map<number, (() => Promise<void>)[]>();

  const drain = async (queue: (() => Promise<void>)[]) => {
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      await first();
      queue.shift();
    }
  };
  return {
    run({ endpoint, id, work, answer, undo, onCancel }) {
      const giveUp = new AbortController();
      asked.set(id, { giveUp, onCancel });
      const queue = queues.get(endpoint) ?? [];
      queues.set(endpoint, queue);
      const isIdle = queue.length === 0;
      queue.push(async () => {
        if (giveUp.signal.aborted) return;
        const end = await work(giveUp.signal);
        if (giveUp.signal.aborted) return undo?.(end);
        asked.delete(id);
        answer(end);
      });
      if (isIdle) void drain(queue);
    },
    cancel(id) {
      const found = asked.get(id);
      asked.delete(id);
      found?.giveUp.abort();
      found?.onCancel?.();
      return found !== undefined;
    },
    cancelAll() {
      for (const { giveUp } of asked.values()) giveUp.abort();
      asked.clear();
    },
  };
}
