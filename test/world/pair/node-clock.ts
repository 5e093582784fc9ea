// A node's monotonic clock as boards have it: off from real time, and drifting.
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
