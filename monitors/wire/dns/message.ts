// DNS messages as Multicast DNS and DNS-SD use them (RFC 1035, 6762, 6763).
//
// Names are lists of labels, not dotted text: the instance name of a service may hold dots and
// backslashes (RFC 6763 4.3), which libraries with dotted names write to the wire as other names.

/** Labels from the leaf to the top, without the root; UTF-8, compared without regard to case. */
export type DnsName = readonly string[];

/** RFC 1035 3.2.2, RFC 2782, 3596, 4034, 6891. */
export const dnsTypes = {
  A: 1,
  NS: 2,
  CNAME: 5,
  PTR: 12,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  NSEC: 47,
  ANY: 255,
} as const;

export const dnsClasses = { IN: 1, ANY: 255 } as const;

export interface DnsQuestion {
  readonly name: DnsName;
  /** One of `dnsTypes`, or any other number. */
  readonly type: number;
  readonly class: number;
  /** The QU bit: a unicast answer is preferred (RFC 6762 5.4). */
  readonly unicastResponse: boolean;
}

export type DnsData =
  | { readonly type: 'A'; readonly address: string }
  /** In canonical text (RFC 5952), without a zone. */
  | { readonly type: 'AAAA'; readonly address: string }
  | { readonly type: 'PTR'; readonly target: DnsName }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: DnsName;
    }
  /** At least one string, each of at most 255 octets. */
  | { readonly type: 'TXT'; readonly strings: readonly Uint8Array[] }
  /** `types` in ascending order, each once. */
  | { readonly type: 'NSEC'; readonly next: DnsName; readonly types: readonly number[] }
  /**
   * Any other, as it came. Names in it may be compressed: it is good for being told from others,
   * and not for being sent on.
   */
  | { readonly type: 'other'; readonly number: number; readonly octets: Uint8Array };

export interface DnsRecord {
  readonly name: DnsName;
  readonly class: number;
  /** The cache-flush bit: the sender alone owns this record set (RFC 6762 10.2). */
  readonly cacheFlush: boolean;
  /** 0 says goodbye (RFC 6762 10.1). */
  readonly ttlSeconds: number;
  readonly data: DnsData;
}

export interface DnsMessage {
  /** 0 in multicast messages. */
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  /** In a query: more known answers follow (RFC 6762 7.2). */
  readonly truncated: boolean;
  readonly responseCode: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  /** OPT records (RFC 6891) are passed over when reading. */
  readonly additionals: readonly DnsRecord[];
}

export function dnsTypeNumber(data: DnsData): number {
  return data.type === 'other' ? data.number : dnsTypes[data.type];
}

/** A spelling that is the same for names that are equal (RFC 6762 16: only A to Z have a case). */
export function dnsNameKey(name: DnsName): string {
  return name.map(labelKey).join('.');
}

export function sameDnsName(a: DnsName, b: DnsName): boolean {
  return a.length === b.length && dnsNameKey(a) === dnsNameKey(b);
}

/** For people: labels with dots between, dots and backslashes inside escaped (RFC 6763 4.3). */
export function formatDnsName(name: DnsName): string {
  return name.map((label) => label.replace(/[\\.]/g, '\\$&')).join('.');
}

function labelKey(label: string): string {
  if (!/[A-Z\\.]/.test(label)) return label;
  return label.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replace(/[\\.]/g, '\\$&');
}
