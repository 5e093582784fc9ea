// One reader's stream of events: first what it missed, then live, then again from the ring where it was too slow.
import type { Clock } from '../../hal/contract.ts';
import type { Events, PlatenEvent } from '../events/event.ts';
import { apiLimits } from '../limits/api-limits.ts';
import type { ServerSentEvent } from './route.ts';

export interface EventStreamOptions {
  readonly events: Events;
  readonly clock: Clock;
  /** The last event that the reader has; undefined: only what happens from now on. */
  readonly afterId: number | undefined;
  readonly signal: AbortSignal;
}

/** Yields undefined as a heartbeat. `gap` tells the reader that it must look at everything anew. */
export async function* eventStream({
  events,
  clock,
  afterId,
  signal,
}: EventStreamOptions): AsyncGenerator<ServerSentEvent | undefined, void, undefined> {
  const live = new LiveEvents(events, clock, signal);
  try {
    // The headers go out at once: a reader knows that it is connected.
    yield undefined;
    let lastId = afterId ?? 0;
    let behind = afterId !== undefined;
    while (!signal.aborted) {
      if (behind) {
        const page = await events.since(lastId, apiLimits.eventQueue);
        if (page.gap) yield { event: 'gap', data: {} };
        for (const event of page.events) yield serverSent(event);
        lastId = page.events.at(-1)?.id ?? lastId;
        behind = page.events.length === apiLimits.eventQueue;
        continue;
      }
      const next = await live.next();
      for (const event of next.events) {
        if (event.id <= lastId) continue;
        yield serverSent(event);
        lastId = event.id;
      }
      behind = next.lost;
      if (next.events.length === 0 && !next.lost) yield undefined;
    }
  } finally {
    live.stop();
  }
}

/** A short queue at the live end; what overflows it is in the ring. */
class LiveEvents {
  #queue: PlatenEvent[] = [];
  #lost = false;
  #wake: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #unsubscribe: () => void;
  readonly #onAbort = () => this.#wake();

  constructor(events: Events, clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    this.#unsubscribe = events.subscribe((event) => this.#push(event));
    signal.addEventListener('abort', this.#onAbort);
  }

  /** What came since the last call; nothing after a heartbeat's time or at the end. */
  async next(): Promise<{ readonly events: readonly PlatenEvent[]; readonly lost: boolean }> {
    if (this.#queue.length === 0 && !this.#lost && !this.#signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = this.#clock.startTimer(apiLimits.eventHeartbeatMs, () => resolve());
        this.#wake = () => {
          timer.cancel();
          resolve();
        };
      });
    }
    const taken = { events: this.#queue, lost: this.#lost };
    this.#queue = [];
    this.#lost = false;
    return taken;
  }

  stop(): void {
    this.#unsubscribe();
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  #push(event: PlatenEvent): void {
    if (this.#queue.length < apiLimits.eventQueue) this.#queue.push(event);
    else this.#lost = true;
    this.#wake();
  }
}

function serverSent(event: PlatenEvent): ServerSentEvent {
  return { id: event.id, event: event.type, data: event };
}
