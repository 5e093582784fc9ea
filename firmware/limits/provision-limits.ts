// Limits of what the boot partition sets.
export const provisionLimits = {
  /** How often a new box looks for the other one that it is to be paired with. */
  joinEveryMs: 5_000,
} as const;
