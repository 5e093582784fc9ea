// Limits of the command line.

export const cliLimits = {
  /** From the first packet to the end of the handshake with another appliance. */
  connectTimeoutMs: 10_000,
  /** The longest answer of the API that is read. */
  answerBytes: 64 * 1024 * 1024,
  /** How often a change is made anew because somebody else was quicker. */
  changeAttempts: 10,
  /** Jobs that a list shows unless asked otherwise. */
  jobsShown: 100,
} as const;
