// What can be wrong with a line or control file of LPD, coming or going.

export type LpdDecodeFault =
  | 'unknown-command'
  | 'bad-queue'
  | 'bad-count'
  | 'bad-name'
  | 'bad-line'
  | 'too-long'
  | 'too-many';

/** An incoming line that can't be read; the only error that hostile octets ever cause. */
export class LpdDecodeError extends Error {
  override readonly name = 'LpdDecodeError';
  readonly code: LpdDecodeFault;
  /** Where the part in question begins, counted from the start of the line or file. */
  readonly offsetBytes: number;

  constructor(code: LpdDecodeFault, detail: string, offsetBytes: number) {
    super(`LPD data is unreadable at octet ${offsetBytes}: ${detail} (${code})`);
    this.code = code;
    this.offsetBytes = offsetBytes;
  }
}

/** A command of ours that has no encoding: a mistake of the caller, never of the peer. */
export class LpdEncodeError extends Error {
  override readonly name = 'LpdEncodeError';
  readonly code = 'lpd-unencodable';
}
