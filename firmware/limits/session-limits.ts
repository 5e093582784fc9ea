// Limits of sessions and of the first set-up.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export const sessionLimits = {
  /** Without a request of it for this long, a session has ended. */
  idleMs: 12 * hourMs,
  /** However busy it is. */
  ageMs: 7 * 24 * hourMs,
  /** Beyond these the one that was idle longest ends. */
  sessions: 1_000,
  secretBytes: 32,
  csrfTokenBytes: 32,
} as const;

export const setUpLimits = {
  /** Letters and digits of the code: 60 bits. */
  codeCharacters: 12,
  groupCharacters: 4,
  /** Wrong codes before the box waits. */
  attempts: 10,
  waitMs: 5 * minuteMs,
  /** The kept code, as a file. */
  fileBytes: 64,
} as const;
