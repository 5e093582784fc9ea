// The processes that one run started, so that none outlives it.
import type { RunningProcess } from './processes.ts';

/** Stopped last first; one that starts too late is stopped at once. */
export class Children {
  readonly #running: RunningProcess[] = [];
  #stopped = false;

  async add(child: RunningProcess): Promise<void> {
    if (!this.#stopped) {
      this.#running.push(child);
      return;
    }
    await child.stop();
    throw new Error('stopped while it started');
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const child of this.#running.toReversed()) await child.stop();
  }
}
