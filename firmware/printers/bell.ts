// A bell that one loop waits for: rung once or many times, it wakes the loop once.
import type { Clock } from '../../hal/contract.ts';

export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Forgets what rang before; called before the loop looks at what there is to do. */
  clear(): void {
    this.#rung = false;
  }

  /** Until it rings, `timeoutMs` is over or the signal aborts; at once when it rang already. */
  async wait(timeoutMs: number | undefined, signal: AbortSignal): Promise<void> {
    if (this.#rung || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer =
        timeoutMs === undefined ? undefined : this.#clock.startTimer(timeoutMs, () => done());
      const done = () => {
        timer?.cancel();
        signal.removeEventListener('abort', done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
