// The urgency of a thread by calls to libc: Node knows niceness alone.
import { constants, setPriority } from 'node:os';
import { loadLibc } from './libc.ts';
import type { GrantedUrgency, RaiseUrgency, Urgency } from '../priority.ts';

/** Of linux/sched.h; what a thread starts does not inherit it. */
const SCHED_RR = 2;
const SCHED_RESET_ON_FORK = 0x40000000;
const callingThread = 0;
const leastRealTime = 1;

export interface ThreadCalls {
  /** Whether the kernel let it; the reason otherwise. */
  realTime(): string | undefined;
  preferred(): string | undefined;
}

/** The best that the process may have, down from what is wanted. */
export function urgencyBy(calls: ThreadCalls): RaiseUrgency {
  return (wanted: Urgency): GrantedUrgency => {
    if (wanted === 'ordinary') return { urgency: 'ordinary', why: undefined };
    const notRealTime = wanted === 'real-time' ? calls.realTime() : undefined;
    if (wanted === 'real-time' && notRealTime === undefined) {
      return { urgency: 'real-time', why: undefined };
    }
    const notPreferred = calls.preferred();
    if (notPreferred === undefined) return { urgency: 'preferred', why: notRealTime };
    return { urgency: 'ordinary', why: notRealTime ?? notPreferred };
  };
}

export const raiseThreadUrgency: RaiseUrgency = urgencyBy({ realTime, preferred });

function realTime(): string | undefined {
  try {
    const libc = loadLibc();
    const call = libc.call('int sched_setscheduler(int, int, const void*)');
    const parameters = new Uint8Array(Int32Array.of(leastRealTime).buffer);
    const done = call(callingThread, SCHED_RR | SCHED_RESET_ON_FORK, parameters);
    if (done === 0) return undefined;
    return `this process may not be served in real time (errno ${libc.errno()})`;
  } catch (error) {
    return `libc could not be asked: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Linux means this thread alone (setpriority(2), notes). */
function preferred(): string | undefined {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
