// A clock that a test moves by hand: timers fire in order of their time, and nothing waits.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../hal/contract.ts';

export interface FakeClock extends Clock {
  /** Moves time on, firing each timer at its own moment; promises that a timer settled run before the next one. */
  advance(byMs: number): Promise<void>;
  /** Lets everything run that is ready without time passing. */
  settle(): Promise<void>;
}

interface PendingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Enough turns of the event loop for the longest chain of promises in the tests. */
const settleTurns = 20;

export function createFakeClock(startWallMs = Date.UTC(2030, 0, 1)): FakeClock {
  let nowMs = 0;
  const timers = new Set<PendingTimer>();

  const settle = async () => {
    for (let turn = 0; turn < settleTurns; turn++) await nextTurn();
  };
  const nextDue = (untilMs: number) =>
    [...timers]
      .filter((timer) => timer.dueMs <= untilMs)
      .reduce<PendingTimer | undefined>(
        (first, timer) => (first === undefined || timer.dueMs < first.dueMs ? timer : first),
        undefined,
      );

  return {
    monotonicMs: () => nowMs,
    wall: () => ({ ms: startWallMs + nowMs, trusted: true }),
    startTimer(delayMs, callback) {
      const timer = { dueMs: nowMs + delayMs, callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    settle,
    async advance(byMs) {
      const untilMs = nowMs + byMs;
      await settle();
      for (let timer = nextDue(untilMs); timer !== undefined; timer = nextDue(untilMs)) {
        timers.delete(timer);
        nowMs = timer.dueMs;
        timer.callback();
        await settle();
      }
      nowMs = untilMs;
    },
  };
}
