// One reader's stream of events: first what it missed, then live, then again from the ring where it
// was too slow.
import type { Clock } from '../../hal/contract.ts';
import type { Events, PlatenEvent } from '../events/event.ts';
import { apiLimits } from '../limits/api-limits.ts';
import type { ServerSentEvent } from './route.ts';

export interface EventStreamOptions {
  readonly events: Events;
  readonly clock: Clock;
  /** The last event that the reader has; undefined: only what happens from now on. */
  readonly afterId: number | undefined;
}

/**
 * Yields undefined as a heartbeat, and as a first sign that the reader is connected; the event
 * `gap` tells it that some are gone and that it must look at everything anew. Ends only when its
 * reader returns.
 */
export function eventStream({
  events,
  clock,
  afterId,
}: EventStreamOptions): AsyncIterable<ServerSentEvent | undefined> {
  return {
    [Symbol.asyncIterator]() {
      const live = new LiveEvents(events, clock);
      const source = follow(events, live, afterId);
      return {
        next: () => source.next(),
        async return() {
          live.stop();
          await source.return();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* follow(
  events: Events,
  live: LiveEvents,
  afterId: number | undefined,
): AsyncGenerator<ServerSentEvent | undefined, void, undefined> {
  yield undefined;
  let lastId = afterId ?? 0;
  let behind = afterId !== undefined;
  while (!live.stopped) {
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
    if (next.events.length === 0) yield undefined;
  }
}

/** A short queue at the live end; what overflows it is in the ring. */
class LiveEvents {
  #queue: PlatenEvent[] = [];
  #lost = false;
  #stopped = false;
  #wake: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #unsubscribe: () => void;

  constructor(events: Events, clock: Clock) {
    this.#clock = clock;
    this.#unsubscribe = events.subscribe((event) => this.#push(event));
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** What came since the last call; nothing after a heartbeat's time or at the end. */
  async next(): Promise<{ readonly events: readonly PlatenEvent[]; readonly lost: boolean }> {
    if (this.#queue.length === 0 && !this.#stopped) {
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
    this.#stopped = true;
    this.#unsubscribe();
    this.#wake();
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
