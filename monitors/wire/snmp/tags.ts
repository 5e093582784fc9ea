// The tags of SNMP's ASN.1 (RFC 2578 7.1, RFC 3416 3), by the names that the types here have.

export const tags = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  'ip-address': 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  'time-ticks': 0x43,
  opaque: 0x44,
  counter64: 0x46,
  'no-such-object': 0x80,
  'no-such-instance': 0x81,
  'end-of-mib-view': 0x82,
} as const;

export const pduTags = {
  get: 0xa0,
  'get-next': 0xa1,
  response: 0xa2,
  set: 0xa3,
  'trap-v1': 0xa4,
  'get-bulk': 0xa5,
  inform: 0xa6,
  'trap-v2': 0xa7,
  report: 0xa8,
} as const;
