// The times of language monitors; those of one call stay below the time-out of 180 s.

export const languageLimits = {
  /** After this time without the device's word a write says that it waits. */
  writeWaitMs: 25_000,
  /** A document of unknown size: how long endDocPort waits for its end. */
  endWaitMs: 60_000,
  /** How long the port monitor may take for the few bytes that are added. */
  ownBytesMs: 20_000,
  /** A device that never said a word it understands is not waited for longer than this. */
  silenceMs: 10_000,
  /** The same, after a document that it did not say a word about either. */
  muteSilenceMs: 1_000,
  /** How soon one that said nothing yet is asked, so that its word comes before that is over. */
  firstTurnMs: 2_000,
  muteTurnMs: 500,
  readOctets: 4_096,
  /** The least time from one empty read to the next. */
  readPauseMs: 250,
  messageLength: 200,
} as const;
