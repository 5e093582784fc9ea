// The bulk transfers that one connection has under way, so that each can be given up.

export interface Transfers {
  /** Runs a transfer under its id; `answer` is not called once it was given up. */
  run<T>(id: string, work: (signal: AbortSignal) => Promise<T>, answer: (end: T) => void): void;
  /** False where there is no such transfer (any more). */
  cancel(id: string): boolean;
  cancelAll(): void;
}

export function createTransfers(): Transfers {
  const underWay = new Map<string, AbortController>();
  const run = async <T>(
    id: string,
    controller: AbortController,
    work: (signal: AbortSignal) => Promise<T>,
    answer: (end: T) => void,
  ) => {
    const end = await work(controller.signal);
    if (controller.signal.aborted) return;
    underWay.delete(id);
    answer(end);
  };
  return {
    run(id, work, answer) {
      const controller = new AbortController();
      underWay.set(id, controller);
      void run(id, controller, work, answer);
    },
    cancel(id) {
      const controller = underWay.get(id);
      underWay.delete(id);
      controller?.abort();
      return controller !== undefined;
    },
    cancelAll() {
      for (const controller of underWay.values()) controller.abort();
      underWay.clear();
    },
  };
}
