// A node's monotonic clock as boards have it: off from real time, and drifting; and as its process
// has it.
import type { Clock } from '../../../hal/contract.ts';
import type { Timeline } from '../timeline.ts';

/** A clock that is off and drifts, as boards do. */
export interface NodeClock {
  nowMs(): number;
  /** The real moment at which it will show this. */
  realMs(localMs: number): number;
}

export function createNodeClock(timeline: Timeline, offsetMs: number, rate: number): NodeClock {
  return {
    nowMs: () => offsetMs + timeline.nowMs * rate,
    realMs: (localMs) => (localMs - offsetMs) / rate,
  };
}

/** Timers of one process; `inProcess` runs a callback as long as it lives. */
export function createProcessClock(
  timeline: Timeline,
  clock: NodeClock,
  inProcess: (action: () => void) => () => void,
): Clock {
  return {
    monotonicMs: () => clock.nowMs(),
    // Nothing of the pair depends on it.
    wall: () => ({ ms: 1_800_000_000_000 + Math.round(timeline.nowMs), trusted: true }),
    startTimer(delayMs, callback) {
      let cancelled = false;
      const fire = inProcess(() => {
        if (!cancelled) callback();
      });
      timeline.at(clock.realMs(clock.nowMs() + Math.max(0, delayMs)), () => {
        // One that was cancelled moves nothing.
        if (!cancelled) fire();
      });
      return {
        cancel() {
          cancelled = true;
        },
      };
    },
  };
}
