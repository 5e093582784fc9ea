// An answer that is waited for a moment longer than its call, and no more: what a module leaves
// behind has to be cleared up.
import type { Clock } from '../../hal/contract.ts';
import type { Call } from '../../monitors/contract.ts';
import { modulesLimits as limits } from '../limits/modules-limits.ts';

/** Rejects soon after the call was given up, whatever becomes of the answer then. */
export async function soonAfter<T>(clock: Clock, { signal }: Call, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  let timer: { cancel(): void } | undefined;
  const onAbort = () => {
    timer = clock.startTimer(limits.answerMs, () =>
      late.reject(new Error('the module did not answer in time')),
    );
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    timer?.cancel();
    // Late, it is nobody's concern any more.
    answer.catch(() => {});
  }
}
