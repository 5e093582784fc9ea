// Limits of the box's network settings.
export const networkSettingsLimits = {
  interfaces: 16,
  addresses: 8,
  servers: 8,
  fileBytes: 256 * 1024,
  /** How long a change is on trial. */
  trialMs: 60_000,
  /** How long the machine may take to go by new files. */
  applyMs: 20_000,
  /** How often the machine's answer is looked for. */
  lookMs: 100,
} as const;
