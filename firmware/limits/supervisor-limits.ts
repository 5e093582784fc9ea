// Times of the supervisor: announcements, pats, and how the served process is started again.

export const supervisorLimits = {
  /** Gratuitous ARP and unsolicited advertisements: so many at once, and again a little later. */
  announcements: 5,
  announcementGapMs: 20,
  announceAgainMs: 5_000,
  announceEveryMs: 30_000,
  /** How often the address of the peer's box is asked for, while nothing else asks. */
  learnPeerMs: 5_000,
  /** After a probe, answers say who has the address now, not who should. */
  learnAfterProbeMs: 10_000,
  carrierMs: 100,
  /** How often the served process says that it lives. */
  patMs: 1_000,
  /** One that said nothing for so long is ended and started anew. */
  silentMs: 30_000,
  /** The longest it may take until it first speaks: a database may have to be checked. */
  firstPatMs: 600_000,
  watchdogPatMs: 1_000,
  /** How long the peer's next heartbeat is waited for, to be answered with `fenced`. */
  fencedMs: 500,
  /** How many of its heartbeats are answered: a datagram may be lost. */
  fencedAnswers: 3,
  /** Between two starts of the served process; doubles while it does not live long. */
  restartFirstMs: 100,
  restartLastMs: 60_000,
  /** One that lived so long did start well. */
  livedWellMs: 60_000,
  /** How long the served process may take to end in order. */
  stopMs: 30_000,
  lineOctets: 64 * 1024,
  groups: 8,
  addressesPerGroup: 8,
  arbiters: 16,
  /** Questions of the served process that wait for their answer. */
  waiting: 256,
} as const;
