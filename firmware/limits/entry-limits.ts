// Times of start and stop of the appliance; each step has its own.

export const entryLimits = {
  /** Lines of the log before the data folder is ours. */
  earlyLogLines: 1_000,
  /** A database that is checked and brought up to date after a power cut may take its time. */
  storeStartMs: 600_000,
  /** Any other step of the start. */
  startMs: 60_000,
  /** A start that the machine does not allow is tried again: doubling from first to last. */
  startRetryFirstMs: 1_000,
  startRetryLastMs: 15_000,
  /** A box without its data folder, and nobody knows why, begins anew after this. */
  noFolderMs: 20_000,
  /** Requests and uploads that run may end. */
  serversStopMs: 5_000,
  spoolerStopMs: 8_000,
  /** Groups are given to the peer in order first. */
  groupsStopMs: 15_000,
  storeStopMs: 8_000,
  stopMs: 2_000,
  /** All of the stop; beyond it the process ends as it is. */
  wholeStopMs: 28_000,
  /** A raw port that could not be had is tried again after this. */
  rawRetryMs: 10_000,
  /** How often the machine is asked whether its clock was set, until it was. */
  wallTrustMs: 30_000,
  /** The log that waits for a slow reader; beyond it lines are dropped. */
  logBufferCharacters: 4 * 1024 * 1024,
  /** A reader of the log that takes nothing now is tried again after this. */
  logRetryMs: 100,
  /** The document of the self-test: larger than what is stored inline. */
  selftestBytes: 256 * 1024,
  selftestMs: 30_000,
} as const;
