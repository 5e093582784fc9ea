// What can be wrong with a DNS message, coming or going.

export type DnsDecodeFault =
  /** The message ends in the middle of something. */
  | 'truncated'
  | 'too-large'
  | 'too-many-records'
  /** A name above 255 octets, a label type that does not exist, text that is no UTF-8. */
  | 'bad-name'
  /** A compression pointer that does not point backwards. */
  | 'bad-pointer'
  /** Octets that are no data of the record's type. */
  | 'bad-data';

/** An incoming message that can't be read; the only error that hostile octets ever cause. */
export class DnsDecodeError extends Error {
  override readonly name = 'DnsDecodeError';
  readonly code: DnsDecodeFault;
  /** Counted from the first octet of the header. */
  readonly offsetBytes: number;

  constructor(code: DnsDecodeFault, offsetBytes: number) {
    super(`DNS message is unreadable at octet ${offsetBytes} (${code})`);
    this.code = code;
    this.offsetBytes = offsetBytes;
  }
}

/** A message of ours that has no encoding: a mistake of the caller, never of the peer. */
export class DnsEncodeError extends Error {
  override readonly name = 'DnsEncodeError';

  constructor(detail: string) {
    super(`DNS message can't be encoded: ${detail}`);
  }
}
