// Limits of the spool, intake and store.

export const spoolLimits = {
  /** Documents up to this size are stored in shared segment files and synced together. */
  inlineDocumentBytes: 64 * 1024,
  /** A segment file is closed once it has grown to this. */
  segmentBytes: 64 * 1024 * 1024,
  /** It grows by so much more than what is written to it just now. */
  segmentRoomBytes: 128 * 1024,
  /** What is read from or written to a spool file at once. */
  chunkBytes: 256 * 1024,
  /** The spool takes no document that would leave less space than this. */
  reserveBytes: 64 * 1024 * 1024,
  /** Less room than so many times the reserve, beyond it, is low; it is looked at so often. */
  lowReserves: 2,
  spaceLookMs: 15_000,
  /** Uploads that run at once; further ones are told to come back. */
  concurrentUploads: 512,
  /**
   * Memory that all uploads together may hold while their documents are small enough to stay
   * inline.
   */
  inlineMemoryBytes: 32 * 1024 * 1024,
  /** A job without its next document is closed after this (multiple-operation-time-out). */
  multipleOperationTimeoutMs: 120_000,
  documentsPerJob: 1_000,
  jobNameOctets: 255,
  /** Ended jobs beyond their printer's bounds are tidied so many at a time. */
  historyBatch: 100,
  /** What grows old is looked for this often. */
  historyLookMs: 600_000,
  /** Jobs that wait for a time are looked at this often at least: the wall clock may jump. */
  timedHoldsMs: 60_000,
  timedHoldsBatch: 100,
  /** Events kept in the ring. */
  eventRing: 10_000,
  /** Commits that share one transaction, at most. */
  commitsPerGroup: 256,
  /** Commits that may wait for the store; further ones are refused as busy. */
  queuedCommits: 4_096,
  /** Records of a log that are kept behind its end when nobody needs them any more. */
  logTail: 1_000,
} as const;
