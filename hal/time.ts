// Waiting on an injected clock: sleeps, deadlines and bounded waits, all of them abortable.
import type { Clock, Timer } from './contract.ts';
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

/** Timers of someone who starts and cancels them all the time; closed when nobody needs them. */
export interface LazyTimers extends Pick<Clock, 'startTimer'> {
  /** None of them fires any more. */
  close(): void;
}

/**
 * One timer of the clock stays armed behind them, and looks when it fires whether somebody still
 * waits: starting and cancelling cost next to nothing. Meant for one wait at a time; a second one
 * gets a timer of its own.
 */
export function createLazyTimers(clock: Clock): LazyTimers {
  let waiting: { readonly dueMs: number; readonly callback: () => void } | undefined;
  let armed: { readonly timer: Timer; readonly dueMs: number } | undefined;
  let closed = false;

  const arm = (dueMs: number, delayMs: number) => {
    armed?.timer.cancel();
    armed = { dueMs, timer: clock.startTimer(delayMs, look) };
  };
  const look = () => {
    armed = undefined;
    if (waiting === undefined) return;
    const leftMs = waiting.dueMs - clock.monotonicMs();
    if (leftMs > 0) return arm(waiting.dueMs, leftMs);
    const { callback } = waiting;
    waiting = undefined;
    callback();
  };
  return {
    startTimer(delayMs, callback) {
      if (waiting !== undefined || closed) return clock.startTimer(delayMs, callback);
      const own = { dueMs: clock.monotonicMs() + delayMs, callback };
      waiting = own;
      if (armed === undefined || armed.dueMs > own.dueMs) arm(own.dueMs, delayMs);
      return {
        cancel: () => {
          if (waiting === own) waiting = undefined;
        },
      };
    },
    close() {
      closed = true;
      waiting = undefined;
      armed?.timer.cancel();
      armed = undefined;
    },
  };
}
