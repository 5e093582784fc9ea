// Times and counts of what is wrong with the machine, and of what waits until it is right again.

export const troubleLimits = {
  /** The machine is tried again after this; it doubles from first to last. */
  troubleFirstMs: 1_000,
  troubleLastMs: 30_000,
  /**
   * Jobs whose document can't be read just now and that others pass; beyond it their port waits.
   */
  jobsAside: 100,
  /** A wall clock that differs so much from the time that passed has jumped. */
  clockJumpMs: 5_000,
  /** How often it is compared. */
  clockLookMs: 60_000,
} as const;
