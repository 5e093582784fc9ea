// Bounds of SNMP messages, by the RFCs where they say so.

export const snmpWireLimits = {
  /** A UDP datagram over IPv4. */
  messageBytes: 65_507,
  /** msgMaxSize that every engine takes (RFC 3412 6.3). */
  leastMaxSizeBytes: 484,
  /** Sub-identifiers of an object identifier (RFC 2578 3.5). */
  oidLength: 128,
  subIdentifier: 0xffff_ffff,
  /** Of one PDU; a datagram holds fewer of those that say something. */
  varbinds: 4_096,
  communityOctets: 255,
  /** SnmpEngineID (RFC 3411 5). */
  engineIdOctets: { min: 5, max: 32 },
  /** msgUserName (RFC 3414 2.4). */
  userNameOctets: 32,
  int32: { min: -0x8000_0000, max: 0x7fff_ffff },
} as const;
