// Waiting for the peer as long as something comes: a slow path gets on, a dead one is given up.
import type { Clock, Timer } from '../../../hal/contract.ts';
import type { FetchPatience } from './fetch-files.ts';

export interface Patience extends FetchPatience, Disposable {
  /** The peer answered: the wait begins anew. */
  heard(): void;
}

/**
 * Its signal aborts with the parent's, and where nothing was heard for `stallMs`. One for all of a
 * batch: they share a path, so each chunk of one is a sign of life for all.
 */
export function createPatience(clock: Clock, parent: AbortSignal, stallMs: number): Patience {
  const end = new AbortController();
  let heardAtMs = clock.monotonicMs();
  const heard = () => void (heardAtMs = clock.monotonicMs());
  let timer: Timer;
  const look = () => {
    const leftMs = heardAtMs + stallMs - clock.monotonicMs();
    if (leftMs <= 0) end.abort();
    else timer = clock.startTimer(leftMs, look);
  };
  look();
  return {
    signal: AbortSignal.any([parent, end.signal]),
    heard,
    async *watched(stream) {
      for await (const chunk of stream) {
        heard();
        yield chunk;
      }
    },
    [Symbol.dispose]() {
      timer.cancel();
    },
  };
}
