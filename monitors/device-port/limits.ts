// The times and sizes that ports of this box have in common.

export const devicePortLimits = {
  /** A device that takes nothing is tried again after this time, doubling to the last. */
  retryFirstMs: 5,
  retryLastMs: 500,
  /** A call that makes progress answers after this time with what was taken so far. */
  callMs: 60_000,
  /** No call lasts longer, whatever the device does: below the spooler's 180 s. */
  longestCallMs: 165_000,
  /** After this time without progress it is asked what hinders it, and what it says is told. */
  lookMs: 3_000,
  /** How long the device's own word on what hinders it may take. */
  askMs: 5_000,
  /** How long the end of a document (the last bytes on the line, the disk) may take. */
  finishMs: 60_000,
  /** What the device said and nobody read yet; the oldest goes first. */
  backChannelBytes: 32 * 1024,
  readTotalMs: { initial: 5_000, max: 120_000 },
  writeTotalMs: { max: 160_000 },
} as const;
