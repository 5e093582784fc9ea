// Limits of the store's own parts: what it prepares, waits for and writes at once.

export const storeLimits = {
  /** Units that wait for the store's worker; the store's own queue is bounded besides. */
  outstandingRequests: 8_192,
  /** Marks in the spool that are not synced yet, at most. */
  lateMarks: 1_000,
  /** Entries of the journal that are applied in one transaction at start. */
  entriesPerReplay: 500,
  /** Records that one readLog hands out, at most. */
  recordsPerRead: 1_000,
  /** … and their payloads, one record more at most: they go to another thread, and to the peer. */
  recordBytesPerRead: 512 * 1024,
  /** Rows of a table that the store remembers, at most: jobs in work are read often. */
  rowsRemembered: 1_000,
  /** The file that holds printers and registry beside the database. */
  keepsakeBytes: 256 * 1024 * 1024,
  /** It says that no number so far ahead is given; written again before it is reached. */
  keepsakeNumbers: 1_000,
  /** Databases that were set aside and kept, at most; an older one gives way. */
  setAsideKept: 4,
  /** The write-ahead log is cut back to this after a checkpoint. */
  walBytes: 16 * 1024 * 1024,
  /** Its pages after which it is brought into the database: four times SQLite's own figure. */
  walPages: 4_000,
  /** A reported event waits this long for a commit to ride with, then gets one of its own. */
  reportDelayMs: 50,
  /** Commits of reported events alone are so far apart, however many there are. */
  reportRestMs: 1_000,
  /** Reported events that wait; the oldest are dropped above it. */
  waitingReports: 1_000,
  /** Answers of one query that are kept until something is written. */
  rememberedAnswers: 256,
} as const;
