// Times and limits of discovery; the times are those of RFC 6762 where it names one.

export const discoveryLimits = {
  /** RFC 6762 8.1: random start, three probes, and the pause after each. */
  probeStartMs: 250,
  probes: 3,
  probePauseMs: 250,
  /** RFC 6762 8.2: who loses a tie probes again after this. */
  tieLostPauseMs: 1_000,
  /** RFC 6762 8.1: this many conflicts in this time slow probing down. */
  conflictsBeforePause: 15,
  conflictWindowMs: 10_000,
  conflictPauseMs: 5_000,
  /** RFC 6762 8.3. */
  announcements: 2,
  announcePauseMs: 1_000,
  /** RFC 6762 6: answers that others may give too wait, so that not all speak at once. */
  sharedDelayMs: { least: 20, spread: 100 },
  /** RFC 6762 7.2: more known answers are awaited. */
  truncatedDelayMs: { least: 400, spread: 100 },
  /** RFC 6762 6: a record is not multicast again sooner; in answer to a probe, sooner. */
  repeatPauseMs: 1_000,
  defencePauseMs: 250,
  /** RFC 6762 10: for records that name a host or its address, and for others. */
  hostTtlSeconds: 120,
  otherTtlSeconds: 4_500,
  /** RFC 6762 6.7. */
  legacyTtlSeconds: 10,
  /** Answers that wait for their moment, a link. */
  pendingAnswers: 200,
  /** Names that were tried and are somebody else's, a claim. */
  triedNames: 100,
  /** How often the interfaces are looked at; nothing tells when they change. */
  interfacesEveryMs: 2_000,
  /** Changes of printers within this time are announced as one. */
  followDelayMs: 250,
  /** Interfaces and families that are served at once. */
  links: 32,
  /** Of all links; more are not looked at. */
  datagramsPerSecond: 500,
  /** Our own packets, remembered to know their echo. */
  echoes: 64,
  browser: {
    /** RFC 6762 5.2: random start, first pause, growth, greatest pause. */
    startMs: { least: 20, spread: 100 },
    firstPauseMs: 1_000,
    pauseGrowth: 3,
    greatestPauseMs: 3_600_000,
    /** What a network may make us hold. */
    records: 2_000,
    instances: 300,
    ttlSecondsMax: 4_500,
    /** A record that said goodbye stays this long (RFC 6762 10.1). */
    goodbyeMs: 1_000,
    /** Questions in one packet. */
    questions: 40,
  },
} as const;
