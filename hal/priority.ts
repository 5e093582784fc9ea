// How soon the kernel serves a thread when there is more to do than processors.
//
// hal/linux/thread-priority.ts does it on a real machine.

export const urgencies = ['real-time', 'preferred', 'ordinary'] as const;

/**
 * `real-time`: before everything that is not, as soon as it has something to do (SCHED_RR, least
 * priority; the kernel leaves 5 % of the time to all others). `preferred`: a greater share (nice).
 * `ordinary`: in its turn.
 */
export type Urgency = (typeof urgencies)[number];

export interface GrantedUrgency {
  readonly urgency: Urgency;
  /** Why it is less than what was asked for; undefined: it is not. */
  readonly why: string | undefined;
}

/** For the calling thread alone: neither other threads nor processes that it starts have it. */
export type RaiseUrgency = (wanted: Urgency) => GrantedUrgency;
