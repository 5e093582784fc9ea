/** What can be wrong with an IPP message, coming or going. */
import type { IppMessage } from './message.ts';
import type { IppStatusName } from './status.ts';

/**
 * Each fault of an incoming message, with the status that a server answers (RFC 8011 4.1, B.1.4).
 */
export const ippDecodeFaults = {
  /** The source ended before the end-of-attributes-tag. */
  truncated: 'client-error-bad-request',
  'bad-version': 'server-error-version-not-supported',
  /** A tag that means nothing at all, or nothing at this place. */
  'bad-tag': 'client-error-bad-request',
  /** A length above 32767, or one that the value's syntax can't have. */
  'bad-length': 'client-error-bad-request',
  /** A name with other than visible US-ASCII, or a value that follows no name. */
  'bad-name': 'client-error-bad-request',
  /** Octets that are no value of the syntax, like a boolean of 7 or broken UTF-8. */
  'bad-value': 'client-error-bad-request',
  /** Text that is not UTF-8 in a message that declares another charset (RFC 8011 4.1.4.1). */
  'foreign-charset': 'client-error-charset-not-supported',
  /** Members without a name or value, a name where none may be, a group that begins inside. */
  'bad-collection': 'client-error-bad-request',
  /** More octets than RFC 8011 5.1 allows the syntax. */
  'value-too-long': 'client-error-request-value-too-long',
  'name-too-long': 'client-error-request-value-too-long',
  'too-large': 'client-error-request-entity-too-large',
  'too-many-groups': 'client-error-request-entity-too-large',
  'too-many-attributes': 'client-error-request-entity-too-large',
  'too-many-values': 'client-error-request-entity-too-large',
  'too-deep': 'client-error-request-entity-too-large',
} as const satisfies Readonly<Record<string, IppStatusName>>;

export type IppDecodeFault = keyof typeof ippDecodeFaults;

/** The first eight octets, which are enough to answer. */
export type IppHeader = Pick<IppMessage, 'version' | 'code' | 'requestId'>;

/** An incoming message that can't be read; the only error that hostile octets ever cause. */
export class IppDecodeError extends Error {
  override readonly name = 'IppDecodeError';
  readonly code: IppDecodeFault;
  /** What a server answers with. */
  readonly status: IppStatusName;
  /** Where the field in question begins, counted from the first octet of the version. */
  readonly offsetBytes: number;
  /** Known once eight octets came. */
  readonly header: IppHeader | undefined;

  constructor(
    code: IppDecodeFault,
    detail: string,
    offsetBytes: number,
    header: IppHeader | undefined,
  ) {
    super(`IPP message is unreadable at octet ${offsetBytes}: ${detail} (${code})`);
    this.code = code;
    this.status = ippDecodeFaults[code];
    this.offsetBytes = offsetBytes;
    this.header = header;
  }
}

/** A message of ours that has no encoding: a mistake of the caller, never of the peer. */
export class IppEncodeError extends Error {
  override readonly name = 'IppEncodeError';
  readonly code = 'ipp-unencodable';
  /** The attribute, with the collections around it: `media-col/media-size/x-dimension`. */
  readonly attribute: string | undefined;

  constructor(detail: string, attribute?: string) {
    super(`IPP message can't be encoded: ${detail}${attribute ? ` in "${attribute}"` : ''}`);
    this.attribute = attribute;
  }
}
