// Limits of what the box itself does.
export const boxLimits = {
  /** How soon the light shows that something is wrong. */
  lightLookMs: 5_000,
} as const;
