// Limits and times of what lies between the two appliances: connections, messages, threads.

export const pairLimits = {
  /** An answer over the channel has left by then. */
  answeredMs: 200,
  /** What needs both appliances waits so long for them to meet (again). */
  meetMs: 10_000,
  /** A heartbeat goes as a datagram too, and again after this. */
  datagramEveryMs: 50,
  /** A datagram is never longer: below every MTU that IPv6 allows, headers included. */
  datagramBytes: 1_200,
  /** The main thread moves at least so often, and the pair thread is silent after so long. */
  moveEveryMs: 100,
  standstillMs: 1_000,
  /** One message of the pair over MQTT: a batch of records. */
  messageBytes: 8 * 1024 * 1024,
  /** What waits in one connection before messages are dropped instead. */
  heartbeatQueueBytes: 256 * 1024,
  recordQueueBytes: 32 * 1024 * 1024,
  /** From the first packet of a connection to the end of its TLS handshake. */
  handshakeMs: 3_000,
  /** Handshakes at once, and connections from anyone, on one port. */
  handshakes: 16,
  /** Connections of the peer to the broker: heartbeats, records, and those they replace. */
  peerConnections: 8,
  dialMs: 2_000,
  redialMs: 250,
  /** The first attempts come at once; later ones at most so far apart. */
  redialMostMs: 2_000,
  /** A link whose port another program has is tried again after this. */
  relinkMs: 2_000,
  /** A connection on which nothing came for so long is replaced. */
  silentConnectionMs: 2_000,
  /** Connections are looked at, and kept alive, so often. */
  watchEveryMs: 500,
  mqttKeepAliveS: 5,
  /** Without a datagram for so long the path counts as gone. */
  datagramPathMs: 1_000,
  /** Messages through the witness that wait for their acknowledgement. */
  witnessInFlight: 64,
  witnessMessageBytes: 16 * 1024,
  /** Salts of a peer whose counters are remembered. */
  rememberedSalts: 8,
  /** JSON beside the body of a request on the channel. */
  headBytes: 64 * 1024,
  channelPingMs: 2_000,
  channelPongMs: 4_000,
  channelStreams: 64,
  channelWindowBytes: 1024 * 1024,
  /** Of all exchanges of one connection together; the standard's own is 64 KiB. */
  channelConnectionWindowBytes: 8 * 1024 * 1024,
  /** A whole pairing, and one of its lines. */
  pairingMs: 15_000,
  pairingLineBytes: 8 * 1024,
  pairingConnections: 4,
  membershipBytes: 64 * 1024,
  /** Heartbeats whose echo is timed, and how often the times are told. */
  meteredHeartbeats: 64,
  meterEveryMs: 1_000,
  /** The pair thread's start and end. */
  threadStartMs: 10_000,
} as const;
