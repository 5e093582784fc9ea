// The head of an answer to a download, read strictly: what Platen's server never sends is refused.
import { clientLimits as limits } from '../limits/client-limits.ts';
import { ClientError } from './contract.ts';

export interface ResponseHead {
  readonly status: number;
  /** Of the body. */
  readonly lengthBytes: number;
  /** The connection stays open behind it. */
  readonly lasts: boolean;
  /** Of the head itself, with its empty line. */
  readonly sizeBytes: number;
}

const end = Buffer.from('\r\n\r\n');
const statusForm = /^HTTP\/1\.1 ([2-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const fieldForm = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/;
const lengthForm = /^\d{1,15}$/;

/** Undefined: more of it has to come. Throws a ClientError for what is no such head. */
export function readHead(bytes: Buffer): ResponseHead | undefined {
  const at = bytes.subarray(0, limits.headBytes).indexOf(end);
  if (at === -1) {
    if (bytes.length >= limits.headBytes) throw strange('its head does not end');
    return undefined;
  }
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, at).split('\r\n');
  const status = statusForm.exec(statusLine)?.[1];
  if (status === undefined) throw strange('it is no HTTP/1.1');
  let length: string | undefined;
  let lasts = true;
  for (const line of lines) {
    const [, name = '', value = ''] = fieldForm.exec(line) ?? [];
    if (name === '') throw strange('a line of its head is no field');
    const lower = name.toLowerCase();
    // How long it is has to be known one way, and from its head alone (RFC 9112 6.3).
    if (lower === 'transfer-encoding') throw strange('it comes in pieces, without a length');
    if (lower === 'connection' && /\bclose\b/i.test(value)) lasts = false;
    if (lower !== 'content-length') continue;
    if (length !== undefined || !lengthForm.test(value)) throw strange('its length is unclear');
    length = value;
  }
  if (length === undefined) throw strange('it comes without a length');
  return { status: Number(status), lengthBytes: Number(length), lasts, sizeBytes: at + end.length };
}

function strange(why: string): ClientError {
  return new ClientError(
    'manifest-wrong',
    `The server answers a download as no Platen does: ${why}.`,
  );
}
