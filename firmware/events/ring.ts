// The event ring over the store: commits as everyone does them, and what they changed told to
// listeners in order.
import type { Clock } from '../../hal/contract.ts';
import { storeLimits } from '../limits/store-limits.ts';
import type { CommitUnit, Store } from '../store/contract.ts';
import { withCommit } from '../store/with-commit.ts';
import type { EventDraft, Events, PlatenEvent } from './event.ts';

export interface EventRing {
  readonly events: Events;
  /**
   * The same store; its commits are what listeners hear of. Everyone must commit through this one.
   */
  readonly store: Store;
  /** Stores what was reported and waits; to be called before the store is closed. Never rejects. */
  readonly flush: () => Promise<void>;
}

export interface EventRingOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** A listener threw: a bug of its own that must not keep others from hearing. */
  readonly onListenerError: (error: unknown) => void;
}

export function createEventRing(options: EventRingOptions): EventRing {
  const ring = new Ring(options);
  const { store } = options;
  return {
    events: {
      since: (afterId, limit) => store.query('events.since', { afterId, limit }),
      subscribe: (listener) => ring.subscribe(listener),
      report: (draft) => ring.report(draft),
    },
    store: withCommit(store, {
      commit: (unit) => ring.commit(unit),
      async close() {
        await ring.flush();
        await store.close();
      },
    }),
    flush: () => ring.flush(),
  };
}

/** The term of units that hold events only: they append nothing to a log. */
const noTerm = { generation: 0, counter: 0, node: '' } as const;

class Ring {
  readonly #options: EventRingOptions;
  readonly #listeners = new Set<(event: PlatenEvent) => void>();
  #reported: EventDraft[] = [];
  #timer: { cancel(): void } | undefined;
  #flushedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: EventRingOptions) {
    this.#options = options;
  }

  subscribe(listener: (event: PlatenEvent) => void): () => void {
    // A set keeps equal functions once: each subscription is its own.
    const own = (event: PlatenEvent) => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  async commit(unit: CommitUnit): ReturnType<Store['commit']> {
    const committed = this.#options.store.commit(unit);
    // In the same breath, so that what was reported shares the transaction.
    const reported = this.flush();
    const outcome = await committed;
    if (outcome.kind === 'committed') this.#tell(outcome.events);
    await reported;
    return outcome;
  }

  report(draft: EventDraft): void {
    this.#reported.push(draft);
    if (this.#reported.length > storeLimits.waitingReports) this.#reported.shift();
    const { clock } = this.#options;
    const restMs = this.#flushedAtMs + storeLimits.reportRestMs - clock.monotonicMs();
    const delayMs = Math.max(storeLimits.reportDelayMs, restMs);
    this.#timer ??= clock.startTimer(delayMs, () => void this.flush());
  }

  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const events = this.#reported;
    const spooler = events[0]?.spooler;
    if (spooler === undefined) return;
    this.#reported = [];
    this.#flushedAtMs = this.#options.clock.monotonicMs();
    try {
      const { store } = this.#options;
      const outcome = await store.commit({ spooler, term: noTerm, changes: [], events });
      if (outcome.kind === 'committed') this.#tell(outcome.events);
    } catch {
      // Reports are of states that show again; the failed disk is told by the commits that need it.
    }
  }

  #tell(events: readonly PlatenEvent[]): void {
    for (const event of events) {
      for (const listener of this.#listeners) {
        try {
          listener(event);
        } catch (error) {
          this.#options.onListenerError(error);
        }
      }
    }
  }
}
