// Limits and times of the pair: heartbeats, leases, waits and thresholds.

export const clusterLimits = {
  /** Attempts from the port of a dead session, each until a new one does better. */
  knocksMs: [80, 150, 300, 600],
  heartbeatMs: 100,
  /** Lease lengths; the owner goes to the next one when lapses repeat, and back when they stop. */
  leaseStepsMs: [600, 1_200, 2_400],
  /** Lapses within `lapseWindowMs` that each further lease length takes. */
  lapsesPerLeaseStep: 2,
  lapseWindowMs: 600_000,
  /** The margin of every wait for another node's lease: a share of the lease, and a constant. */
  marginShare: 0.02,
  marginMs: 100,
  /** An owner without a lease for so many lease lengths gives up its role. */
  leasesUntilStandby: 3,
  /** How often a live owner renews the lifetimes of its addresses. */
  addressRenewalMs: 200,
  addressLifetimeMs: 2_000,
  /** The address's lifetime where nftables gates its packets as well. */
  gatedAddressLifetimeMs: 1_000,
  /** What the kernel adds to a lifetime before the address is gone, measured up to 0.28 s. */
  addressExpirySlackMs: 300,
  /** With a witness, an answer of the owner's address delays a claim by its lifetime and this. */
  answeredAddressExtraMs: 1_000,
  inStepLeaseMs: 5_000,
  /** The standby ends its in-step lease this much before the owner counts it as ended. */
  inStepMarginMs: 100,
  /** With a witness, an owner whose standby is silent so long says that it goes on alone. */
  exposeAfterSilenceMs: 1_000,
  dataAcknowledgementMs: 10_000,
  bootWaitMs: 60_000,
  /**
   * A node that lost its lease leaves the next term to its peer for so long, where that one speaks.
   */
  yieldMs: 10_000,
  /**
   * Without an echo for so long, and nothing else heard of the peer, an owner asks the arbiters.
   */
  arbiterAfterMs: 250,
  /** A reply of an arbiter, or a row of probes, counts for so long. */
  probeWindowMs: 300,
  probeEveryMs: 50,
  probes: 5,
  /** A probe that is younger may still be answered. */
  probeAnswerMs: 40,
  /** Probing starts once the owner was silent for so long. */
  probeAfterSilenceMs: 250,
  /** A node that itself stood still for so long waits anew before it judges others. */
  ownStandstillMs: 250,
  /** Term counters that are reserved on disk ahead, and how few may be left. */
  reservedTerms: 16,
  reservedTermsLeast: 8,
  /** Sendings that are remembered for their echoes: more than the longest lease has heartbeats. */
  rememberedSendings: 64,
  rememberedLapses: 16,
  rememberedProbes: 16,
  /** An unanswered ask is repeated. */
  askEveryMs: 25,
  /** The shortest time between two ticks. */
  leastTickMs: 1,
  /** Records that one message to the standby carries; storeLimits bounds their bytes too. */
  recordsPerMessage: 512,
  /** Of a group's log: what came before a snapshot goes once both nodes have it. */
  recordsPerSnapshot: 20_000,
  /** The body of a snapshot that the peer sends, at most. */
  snapshotBytes: 256 * 1024 * 1024,
  /** Of a tail, whose batch is taken in whole or not at all. */
  tailRecordsPerMessage: 64,
  /** How far behind a standby may be when new commits begin to wait for it. */
  lagToStep: 64,
  /** Commits of a group that may wait for the peer. */
  waitingCommits: 4_096,
  /** Local ports that are remembered of a device's connections that did not end in order. */
  lingeringPorts: 8,
  /** Fetching documents from the peer is given up where nothing of any comes for so long. */
  documentStallMs: 600,
  /**
   * A document of so many bytes goes ahead of its record. Smaller ones are fetched several at once
   * with their records, which is faster: ahead of them, 1 MiB jobs came at half the rate.
   */
  aheadBytes: 8 * 1024 * 1024,
  /** A document that came ahead of its record is kept so long for it. */
  aheadKeptMs: 30_000,
  /** Documents of a batch that are fetched at once: their waits for path and disk overlap. */
  documentsAtOnce: 8,
  /** … and about so many bytes of them, before the owner hears how far its standby is. */
  documentBytesAtOnce: 32 * 1024 * 1024,
  /** Fetching the group's key and certificate from the peer. */
  credentialsMs: 2_000,
  /** Time that a spooler whose ownership ended has to stop, before the next one may start. */
  spoolerStopMs: 1_000,
  /** Jobs that one commit of a takeover, or of its end, changes. */
  jobsPerCommit: 100,
  /** A message of the pair is asked for again after this. */
  repeatMs: 500,
} as const;
