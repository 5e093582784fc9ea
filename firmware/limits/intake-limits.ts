// Limits of what comes in through intake: compressed documents, names and attributes.

export const intakeLimits = {
  /** A compressed document may expand to this without more questions; a blank raster page does. */
  expandedFreeBytes: 256 * 1024 * 1024,
  /** Beyond that, expanded bytes per compressed byte. */
  expandedRatio: 200,
  /** No compressed document expands to more than this. */
  expandedBytes: 16 * 1024 * 1024 * 1024,
  /** User names, addresses, document names and media types; longer ones are cut. */
  textOctets: 255,
  /** Job template attributes of one job, as JSON. */
  attributesOctets: 64 * 1024,
  /** How long a job waits for the store when its time is over and the store failed. */
  retryMs: 10_000,
  /** A job that nobody was told of is marked so; tried again after this, and twice as long. */
  markRetryMs: 100,
  /** A stored job's answer waits so long for a lease that has lapsed: most come back at once. */
  lapseMs: 1_000,
  lapseLookMs: 20,
  /** A door that was closed is behind the last client once nothing came for so long … */
  quietMs: 250,
  quietLookMs: 25,
  /** … or after this. */
  quietMostMs: 2_000,
} as const;
