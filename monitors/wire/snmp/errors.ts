// What is wrong with bytes that claim to be SNMP, and where.

/** `offsetBytes` counts from the start of the datagram (or of what was decrypted). */
export class SnmpDecodeError extends Error {
  readonly offsetBytes: number;

  constructor(message: string, offsetBytes: number) {
    super(`${message} (at byte ${offsetBytes})`);
    this.name = 'SnmpDecodeError';
    this.offsetBytes = offsetBytes;
  }
}

/** What was to be written has no place in SNMP: a bug of ours. */
export class SnmpEncodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SnmpEncodeError';
  }
}
