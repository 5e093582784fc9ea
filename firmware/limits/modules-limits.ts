// Limits and times of monitor modules that are loaded from files.

export const modulesLimits = {
  files: 16,
  /** A module that does not say in this time what it is, is not loaded. */
  describeMs: 10_000,
  /** After the deadline of a call: when its thread is asked whether it still lives. */
  askAfterMs: 300,
  /** A thread that does not answer this long loops, and is ended. */
  answerMs: 1_000,
  /** The least time from one start of a module's thread to the next. */
  restartMs: 5_000,
  /** A language monitor that is gone: how long closing the port under it may take. */
  belowEndMs: 5_000,
  /** What a language monitor may read of its port at once. */
  readBytes: 1024 * 1024,
  commandSets: 32,
  heapMegabytes: 128,
  messageLength: 500,
} as const;
