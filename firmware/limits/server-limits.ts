// Limits and times of the servers that clients reach over the network.

export const serverLimits = {
  /** Connections to a group whose spooler is not there yet, for each port, and for how long. */
  shared: { waiting: 64, waitMs: 5_000 },
  http: {
    /** Connections at once, in total and from one address. */
    connections: 3_000,
    connectionsPerAddress: 512,
    /** Request line and header fields together. */
    headerBytes: 16 * 1024,
    requestTargetBytes: 2_048,
    /** From the look that saw a head begin to its last byte. */
    headTimeoutMs: 20_000,
    /** How often it is looked whether a head has begun. */
    headLookMs: 5_000,
    /** From the first byte of TLS to its last before HTTP. */
    handshakeTimeoutMs: 20_000,
    /**
     * From the connection, or an answer, to the first byte of a head. Clients open connections long
     * before they need them (ipptool one for each file that includes another, minutes ahead), and
     * take one that was closed meanwhile for a fault; cupsd waits 15 minutes. Where places are
     * scarce, who was idle for longest goes.
     */
    idleTimeoutMs: 300_000,
    /**
     * Where places are scarce, a request that has lasted for so long and moved fewer bytes a second
     * makes room as well: a body that trickles would hold its place for ever.
     */
    crawlsAfterMs: 60_000,
    crawlsBelowBytesPerSecond: 1_024,
    /** The longest pause inside a body. */
    bodyIdleTimeoutMs: 120_000,
    /** The longest time in which a client takes nothing of an answer. */
    answerIdleTimeoutMs: 60_000,
    /** Requests that a client may send ahead of their answers. */
    pipelinedRequests: 16,
    /** What is read from a socket ahead of whoever consumes the body. */
    readAheadBytes: 64 * 1024,
    /** Rest of a body that is read before an answer, so that the connection can be used again. */
    quickDrainBytes: 64 * 1024,
    quickDrainTimeoutMs: 250,
    /**
     * Rest of a body that is read after an early answer, so that the answer is not lost to a reset.
     */
    lingerBytes: 64 * 1024 * 1024,
    lingerTimeoutMs: 10_000,
    /** How long a connection stays after an answer to something that is no HTTP. */
    brokenLingerTimeoutMs: 2_000,
    backlog: 511,
  },
  ipp: {
    /**
     * Longer answers go in chunks of 2,048 bytes with their framing, which is how much CUPS's
     * library reads ahead of a chunk; of a body with a length it reads each value by system calls
     * of its own (5,000 for one `lp`).
     */
    answerChunkBytes: 2_041,
    /** Jobs in one answer of Get-Jobs. */
    jobsPerAnswer: 1_000,
    /** Octets of a printer name in a URI, decoded. */
    printerNameOctets: 255,
    hostOctets: 255,
    /** Printers in one answer of CUPS-Get-Printers. */
    printersPerAnswer: 1_000,
    subscriptions: {
      total: 1_000,
      perPrinter: 100,
      /** notify-lease-duration where the client names none, and at most. */
      leaseSeconds: 3_600,
      leaseMaxSeconds: 86_400,
      /** ippget-event-life: how long an event waits to be fetched. */
      eventLifeSeconds: 300,
      /** Events that wait for one subscription. */
      waitingEvents: 100,
      /** notify-get-interval: when a client shall ask again. */
      getIntervalSeconds: 10,
      /** Subscriptions in one Get-Notifications. */
      perAnswer: 100,
      userDataOctets: 63,
    },
  },
  logins: {
    /** Wrong passwords from one address, before it has to wait. */
    failures: 10,
    failureWindowMs: 60_000,
    rememberedAddresses: 10_000,
    /** An Authorization field. */
    fieldOctets: 1_024,
  },
  raw: {
    /** Connections at once over all raw ports, in total and from one address. */
    connections: 512,
    connectionsPerAddress: 256,
    /** The longest pause inside a document. */
    idleTimeoutMs: 300_000,
    backlog: 128,
    /** Words of a device that wait for a client that does not read; more are dropped. */
    backChannelBytes: 64 * 1024,
    /** How long a client is kept, behind its document, for the device's last words. */
    lastWordsMs: 30_000,
    /** Documents that broke off: how long they are remembered, of how many clients, by how much. */
    resends: { rememberedMs: 600_000, clients: 1_000, markedBytes: 1024 * 1024 },
  },
  lpd: {
    connections: 256,
    connectionsPerAddress: 64,
    /** The longest pause inside a job. */
    idleTimeoutMs: 300_000,
    backlog: 128,
    /** Jobs in one answer about a queue. */
    jobsPerAnswer: 1_000,
    copies: 9_999,
    /** A count from here on says that the client does not know the length. */
    uncountedBytes: 10 ** 12,
    /** Rest of a refused job that is read, so that the answer is not lost to a reset. */
    lingerBytes: 64 * 1024 * 1024,
  },
} as const;

export type HttpLimits = { readonly [Name in keyof (typeof serverLimits)['http']]: number };
export type RawLimits = {
  readonly [Name in Exclude<keyof (typeof serverLimits)['raw'], 'resends'>]: number;
};
export type LpdLimits = { readonly [Name in keyof (typeof serverLimits)['lpd']]: number };
