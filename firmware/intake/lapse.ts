// Waits out a short lapse of the lease: the job is stored, and the same ownership may come back.
import type { Clock } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import { intakeLimits } from '../limits/intake-limits.ts';
import type { Permit } from '../spooler/permit.ts';

export interface LapseOptions {
  readonly permit: Pick<Permit, 'live'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** False: this appliance may not answer, and will not soon. */
export async function liveAgain({ permit, clock, signal }: LapseOptions): Promise<boolean> {
  const untilMs = clock.monotonicMs() + intakeLimits.lapseMs;
  while (!permit.live()) {
    if (signal.aborted || clock.monotonicMs() >= untilMs) return false;
    await sleep(clock, intakeLimits.lapseLookMs, signal).catch(() => undefined);
  }
  return true;
}
