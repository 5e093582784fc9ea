// Limits of the command line.

export const cliLimits = {
  /** The longest answer of the API that is read. */
  answerBytes: 64 * 1024 * 1024,
  /** Jobs that a list shows unless asked otherwise. */
  jobsShown: 100,
} as const;
