// How much a DNS message may hold, and ask its receiver to hold.

export const dnsLimits = {
  /** A multicast DNS packet with its IP and UDP headers stays below 9,000 octets (RFC 6762 17). */
  messageBytes: 9_000,
  /** What fits an Ethernet frame behind an IPv6 and a UDP header, with some room for tunnels. */
  packetBytes: 1_400,
  questions: 256,
  records: 600,
  /** RFC 1035 2.3.4. */
  labelBytes: 63,
  nameBytes: 255,
  /** Pointers in one name; a name has at most 127 labels, and each needs at most one. */
  pointers: 127,
} as const;
