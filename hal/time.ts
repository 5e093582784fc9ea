// Waiting on an injected clock: sleeps, deadlines and bounded waits, all of them abortable.
import type { Clock } from './contract.ts';
import { HalError } from './errors.ts';

/** Resolves after `delayMs`; rejects with `aborted` as soon as `signal` aborts. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new HalError('aborted', 'the wait'));
    const onAbort = () => {
      timer.cancel();
      reject(new HalError('aborted', 'the wait'));
    };
    const timer = clock.startTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** A signal that aborts after `timeoutMs` or with its parent. Dispose it when the work is done. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True once the time, and not the parent, ended it. */
  readonly expired: boolean;
}

export function startDeadline(clock: Clock, timeoutMs: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  let expired = false;
  const onParent = () => controller.abort(parent?.reason);
  const timer = clock.startTimer(timeoutMs, () => {
    expired = true;
    controller.abort(new HalError('timed-out', 'the call'));
  });
  if (parent?.aborted) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]() {
      timer.cancel();
      parent?.removeEventListener('abort', onParent);
    },
  };
}

/**
 * The promise's outcome, or a rejection with `aborted` when the signal aborts first. The work
 * itself goes on.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(new HalError('aborted', 'the wait', { cause: signal.reason }));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
