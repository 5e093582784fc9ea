// One call into a monitor, bounded: deadline, grace, cut-off; what it throws becomes a value.
import type { Clock } from '../../hal/contract.ts';
import { startDeadline } from '../../hal/time.ts';
import type { Call } from '../../monitors/contract.ts';

/** What became of a call; a monitor's fault is a value here, so that no caller forgets it. */
export type CallOutcome<T> =
  | { readonly kind: 'returned'; readonly value: T }
  | { readonly kind: 'threw'; readonly message: string }
  /** It ignored its signal beyond the grace; its handles were destroyed. */
  | { readonly kind: 'cut-off'; readonly message: string };

export interface CallBounds<T> {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly graceMs: number;
  /** Names the call in messages: `tcp startDocPort`. */
  readonly what: string;
  /** Ends the call early: a cancelled job, a spooler that stops. */
  readonly signal?: AbortSignal;
  /** Destroys what the call may hold: connections, devices. */
  readonly cutOff: () => void;
  /** Takes care of what arrives after the cut-off, when it must be given back. */
  readonly onLate?: (value: T) => void;
}

export function boundedCall<T>(
  bounds: CallBounds<T>,
  run: (call: Call) => Promise<T>,
): Promise<CallOutcome<T>> {
  const deadline = startDeadline(bounds.clock, bounds.timeoutMs, bounds.signal);
  return new Promise((resolve) => {
    let over = false;
    let grace: { cancel(): void } | undefined;
    const finish = (outcome: CallOutcome<T>): boolean => {
      if (over) return false;
      over = true;
      grace?.cancel();
      deadline.signal.removeEventListener('abort', onAbort);
      deadline[Symbol.dispose]();
      resolve(outcome);
      return true;
    };
    const onAbort = () => {
      grace = bounds.clock.startTimer(bounds.graceMs, () => {
        bounds.cutOff();
        finish({ kind: 'cut-off', message: `${bounds.what} did not end in time and was cut off` });
      });
    };
    if (deadline.signal.aborted) onAbort();
    else deadline.signal.addEventListener('abort', onAbort, { once: true });
    started(run, { signal: deadline.signal }).then(
      (value) => finish({ kind: 'returned', value }) || bounds.onLate?.(value),
      // After a cut-off nobody waits for the error any more, and the cut-off itself was reported.
      (error: unknown) => finish({ kind: 'threw', message: `${bounds.what}: ${messageOf(error)}` }),
    );
  });
}

/** A module may throw before it returns its promise. */
async function started<T>(run: (call: Call) => Promise<T>, call: Call): Promise<T> {
  return await run(call);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
