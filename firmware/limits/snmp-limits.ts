// Bounds of SNMP: what an agent answers, how long, and for whom.

export const snmpLimits = {
  /** What an answer may hold: a datagram of Ethernet behind an IPv6 and a UDP header. */
  answerBytes: 1_452,
  /** Repetitions of one get-bulk; the answer's size ends most of them earlier. */
  repetitions: 256,
  /** Variables of one request. */
  requestVarbinds: 128,
  /** How old what the agent shows may be; a change of a printer's state is shown at once. */
  snapshotMs: 2_000,
  /** Older than this nothing is shown, not even while it is read anew. */
  snapshotMostMs: 5_000,
  /** The shortest time between two readings of everything, however much changes. */
  snapshotRestMs: 100,
  /** How often the machine's addresses are looked at. */
  followMs: 2_000,
  /** Datagrams that wait for an answer; beyond it they are dropped. */
  waitingRequests: 256,
  /** RFC 3414 2.2.3: how far a message's time may lie from ours. */
  timeWindowSeconds: 150,
  /**
   * Messages of one user of which a repetition is known; a walk of everything sends about 1,000.
   */
  rememberedMessages: 8_192,
  /** snmpEngineBoots at which an engine needs a new identity (RFC 3414 2.2.2). */
  mostBoots: 0x7fff_ffff,
  communities: 64,
  users: 64,
  targets: 32,
  nameLength: 32,
  communityLength: { min: 1, max: 64 },
  /** RFC 3414 11.2. */
  passwordLength: { min: 8, max: 128 },
  /** Networks and subtrees of one community or user. */
  rules: 32,
  hostLength: 255,
  textLength: 255,
  /** One notification of a failed authentication in this time. */
  authenticationTrapMs: 10_000,
  /** Notifications that wait to be sent; the oldest goes first. */
  waitingTraps: 256,
  /** A target's name is resolved within this. */
  resolveMs: 5_000,
  /** Alerts that a printer shows (prtAlertTable). */
  alertsPerPrinter: 32,
  /** hrDeviceIndex: the node's own printers, and from where on those of groups are. */
  localIndices: { first: 1, last: 9_999 },
  groupIndices: { first: 10_000, blocks: 1_000, blockSize: 1_000 },
} as const;
