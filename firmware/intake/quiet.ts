// Waits for the last clients behind a door that was closed.
import type { Clock } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import { intakeLimits } from '../limits/intake-limits.ts';

export interface QuietOptions {
  readonly clock: Clock;
  /** Uploads under way. */
  readonly running: ReadonlySet<unknown>;
  readonly signal: AbortSignal;
}

/** Resolves once no upload has run for a moment, or has had its time; or with the signal. */
export async function quietUploads({ clock, running, signal }: QuietOptions): Promise<void> {
  const { quietMs, quietMostMs, quietLookMs } = intakeLimits;
  const untilMs = clock.monotonicMs() + quietMostMs;
  let sinceMs = clock.monotonicMs();
  while (clock.monotonicMs() < Math.min(untilMs, sinceMs + quietMs)) {
    await sleep(clock, quietLookMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    if (running.size > 0) sinceMs = clock.monotonicMs();
  }
}
