// The simulated clock: time stands until a test moves it; timers run in order, and the wall may
// jump.
import type { Clock, Timer, WallTime } from '../../hal/contract.ts';

export interface VirtualClockOptions {
  /** monotonicMs at the start. */
  readonly startMs?: number;
  /** The wall clock at the start, milliseconds since 1970. */
  readonly wallMs?: number;
  readonly trusted?: boolean;
}

interface Pending {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * Rounds of the event loop that count as settled: promise chains of this depth end between two
 * timers.
 */
const settleRounds = 4;

export class VirtualClock implements Clock {
  #nowMs: number;
  #wallOffsetMs: number;
  #trusted: boolean;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(options: VirtualClockOptions = {}) {
    this.#nowMs = options.startMs ?? 1_000;
    this.#wallOffsetMs = (options.wallMs ?? Date.UTC(2026, 0, 1)) - this.#nowMs;
    this.#trusted = options.trusted ?? true;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wall(): WallTime {
    return { ms: this.#nowMs + this.#wallOffsetMs, trusted: this.#trusted };
  }

  startTimer(delayMs: number, callback: () => void): Timer {
    const pending = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#pending.add(pending);
    return { cancel: () => void this.#pending.delete(pending) };
  }

  /** Sets the wall clock, as NTP or a person would; monotonic time does not notice. */
  setWall(wallMs: number, trusted = true): void {
    this.#wallOffsetMs = wallMs - this.#nowMs;
    this.#trusted = trusted;
  }

  /** Moves the wall clock by `jumpMs`, forwards or back. */
  jumpWall(jumpMs: number): void {
    this.#wallOffsetMs += jumpMs;
  }

  distrustWall(): void {
    this.#trusted = false;
  }

  get pendingTimers(): number {
    return this.#pending.size;
  }

  /** The moment of the next timer, or undefined when none waits. */
  get nextTimerMs(): number | undefined {
    return this.#next()?.dueMs;
  }

  advance(ms: number): Promise<void> {
    return this.advanceTo(this.#nowMs + ms);
  }

  /**
   * Runs every timer that is due until then, each at its own moment, what it caused settled in
   * between.
   */
  async advanceTo(untilMs: number): Promise<void> {
    await settle();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.dueMs > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      this.#pending.delete(next);
      next.callback();
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #next(): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (
        next === undefined ||
        pending.dueMs < next.dueMs ||
        (pending.dueMs === next.dueMs && pending.order < next.order)
      ) {
        next = pending;
      }
    }
    return next;
  }
}

/** Lets promise chains that are under way come to rest; takes no time of any clock. */
export async function settle(): Promise<void> {
  for (let round = 0; round < settleRounds; round += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
