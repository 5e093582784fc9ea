// Limits and times of groups: how many, how their resources are watched, restarted and failed over.

export const groupLimits = {
  groupsPerPair: 8,
  addressesPerGroup: 8,
  nameOctets: 63,
  /** LooksAlive and IsAlive of the Print Spooler resource. */
  looksAliveMs: 5_000,
  isAliveMs: 60_000,
  /** The longest a resource may be pending without saying that it gets on. */
  pendingMs: 180_000,
  jobCompletionMs: 180_000,
  /** Beyond the job completion time-out: what the hand-over itself may take. */
  moveGraceMs: 15_000,
  /** How long a client that reached the group's address waits for its spooler to start. */
  readyMs: 10_000,
  /** How long a printer's name is looked up before its port is taken. */
  resolveMs: 3_000,
  /** How often this box's interfaces are looked at for a place for the addresses. */
  placeMs: 2_000,
  leaveMs: 10_000,
  /** How long the opening for clients waits until the peer can show the same certificate. */
  certificateMs: 2_000,
  /** One that the group's log could not be told of is told again after this. */
  certificateAgainMs: 1_000,
  /** An address or name that could not be brought online is tried again after this. */
  retryMs: 1_000,
  /** A spooler that failed too often, and can't go to the peer, is tried again after this. */
  retryFailedMs: 60_000,
  /** How often a group's resources are looked at. */
  tickMs: 1_000,
  /** A spooler is judged by its health only where its permit did not lapse for so long. */
  calmMs: 10_000,
  restartThreshold: 3,
  restartPeriodMs: 15 * 60_000,
  /** Nodes less one: of two, the group moves once. */
  failoverThreshold: 1,
  failoverPeriodMs: 6 * 60 * 60_000,
  /**
   * Interrupted attempts that ended a spooler, after which the job is held: it must not take both
   * boxes.
   */
  poisonAttempts: 2,
  /** A preferred owner must have been in step for so long before a group goes back to it. */
  failbackStableMs: 30_000,
  /** No time of a policy is longer. */
  longestTimeMs: 7 * 24 * 60 * 60_000,
  /** Groups that were removed, remembered so that the peer removes them too. */
  rememberedRemovals: 64,
} as const;
