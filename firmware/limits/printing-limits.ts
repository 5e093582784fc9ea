// Limits and times of the way from a printer to its device.

export const printingLimits = {
  /** The spooler resource time-out: the longest one call to a monitor may take; a setting. */
  resourceTimeoutMs: 180_000,
  resourceTimeoutLeastMs: 10_000,
  resourceTimeoutMostMs: 3_600_000,
  /** After the deadline's signal, how long a monitor may still take before it is cut off. */
  cutOffGraceMs: 2_000,
  /** How long a device may take to say its 1284 id, for the choice of its language. */
  deviceIdTimeoutMs: 5_000,
  /** Back-off of a port whose device does not answer: doubles from first to last. */
  backoffFirstMs: 1_000,
  backoffLastMs: 60_000,
  /** What one writePort call is given. */
  writeChunkBytes: 256 * 1024,
  portsPerPrinter: 16,
  printers: 1_000,
  ports: 1_000,
  nameOctets: 127,
  /** description, location (RFC 8011 5.4.5, 5.4.6: text(127), longer in practice). */
  textOctets: 1_023,
  formatsPerPrinter: 100,
  copiesPerJob: 9_999,
  /** Default values of a printer's job template attributes, as JSON. */
  defaultsOctets: 16 * 1024,
  /** Ended jobs that are remembered, per printer, unless it is told otherwise. */
  historyJobs: 1_000,
  /** start() waits this long for monitors; slower ones come in when they are ready. */
  monitorStartPatienceMs: 500,
  /** Changes of state are told to readers of events at most this often. */
  stateEventsMs: 250,
  /** isAlive gives the store this long. */
  isAliveMs: 10_000,
  /** stop() waits this long for monitors to shut down. */
  shutdownMs: 5_000,
  /** Networks, or users, in the lists of who may print. */
  accessEntries: 100,
  /**
   * What is read at once of a device's words for whoever sends it a document; a monitor that does
   * not wait for them is asked again after the pause.
   */
  wordsBytes: 4_096,
  wordsPauseMs: 100,
  /** How long a raw client may pause, where a printer says how long. */
  rawIdleLeastSeconds: 5,
  rawIdleMostSeconds: 86_400,
  /** Jobs held for the other appliance that one answer lists. */
  heldJobsListed: 1_000,
} as const;
