// Keeps one connection up: dials, waits for its end, dials again, ever more slowly while it fails.
import type { Clock } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import { pairLimits } from '../limits/pair-limits.ts';

export interface RedialOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Resolves when a connection that was up has ended; rejects where none came about. */
  readonly connect: (signal: AbortSignal) => Promise<void>;
  /** The first failure of a row, for the log. */
  readonly onFailed: (error: unknown) => void;
}

/** Resolves after `signal` aborts. */
export async function keepConnected(options: RedialOptions): Promise<void> {
  const { clock, signal } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await options.connect(signal);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (failures === 0) options.onFailed(error);
      failures += 1;
    }
    const delayMs = pairLimits.redialMs * 2 ** Math.min(failures, 10);
    try {
      await sleep(clock, Math.min(delayMs, pairLimits.redialMostMs), signal);
    } catch {
      return;
    }
  }
}
