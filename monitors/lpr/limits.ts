// The times and sizes of the lpr monitor; those of one call stay below the time-out of 180 s.

export const lprLimits = {
  /** Together with the retry time-out below 180 s: startDocPort connects, and then asks. */
  connectTimeoutMs: { min: 1_000, initial: 20_000, max: 60_000 },
  /** LOCALMON's TransmissionRetryTimeout: how long one step may be without an answer. */
  transmissionRetrySeconds: { min: 1, initial: 90, max: 110 },
  portNumber: { min: 1, initial: 515, max: 65_535 },
  hostLength: 255,
  queueLength: 127,
  descriptionLength: 255,
  /** RFC 1179 3.1: the source ports of a client that may be trusted. */
  reservedPorts: { first: 721, last: 731 },
  /** What is announced where the size is not known: the most that 31 bits hold. */
  largeCountBytes: 2 ** 31 - 1,
  /** Octets that a server said and nobody asked for; more are dropped. */
  unreadOctets: 512,
  /** Acknowledgements are one octet each: a server that says more than this is none. */
  heardOctets: 64 * 1024,
  /** How long a server may take to give the reason for its refusal. */
  refusalTextMs: 500,
  refusalTextOctets: 256,
  /** What a queue state may say to CheckPrinter. */
  queueStateOctets: 16 * 1024,
} as const;
