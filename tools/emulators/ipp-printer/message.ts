// As much of IPP's encoding as an emulated printer needs (RFC 8010 3), written for it alone.

export interface Request {
  readonly versionMajor: number;
  readonly operation: number;
  readonly requestId: number;
  /** Of all groups together: first values as text, and integers as decimals. */
  readonly attributes: ReadonlyMap<string, string>;
}

export type Value =
  | { readonly tag: 'integer' | 'enum' | 'boolean'; readonly value: number }
  | {
      readonly tag: 'text' | 'name' | 'keyword' | 'uri' | 'charset' | 'language' | 'mime';
      readonly value: string;
    };

export type Attributes = readonly (readonly [string, readonly Value[]])[];

export interface Answer {
  readonly status: number;
  readonly requestId: number;
  readonly message?: string;
  readonly job?: Attributes;
  readonly jobs?: readonly Attributes[];
  readonly printer?: Attributes;
}

const tags = {
  integer: 0x21,
  boolean: 0x22,
  enum: 0x23,
  text: 0x41,
  name: 0x42,
  keyword: 0x44,
  uri: 0x45,
  charset: 0x47,
  language: 0x48,
  mime: 0x49,
} as const;

/** Takes the message off the front of a body; what follows is the document. */
export class RequestReader {
  #held = Buffer.alloc(0);

  push(part: Uint8Array): { readonly request: Request; readonly rest: Uint8Array } | undefined {
    this.#held = Buffer.concat([this.#held, part]);
    return parse(this.#held);
  }
}

function parse(bytes: Buffer): { request: Request; rest: Uint8Array } | undefined {
  const attributes = new Map<string, string>();
  let name = '';
  for (let at = 8; at < bytes.length; ) {
    const tag = bytes.readUInt8(at);
    at += 1;
    if (tag === 0x03) {
      const request = {
        versionMajor: bytes.readUInt8(0),
        operation: bytes.readUInt16BE(2),
        requestId: bytes.readInt32BE(4),
        attributes,
      };
      return { request, rest: bytes.subarray(at) };
    }
    if (tag < 0x10) continue;
    if (at + 2 > bytes.length) return undefined;
    const nameLength = bytes.readUInt16BE(at);
    at += 2;
    if (at + nameLength + 2 > bytes.length) return undefined;
    if (nameLength > 0) name = bytes.toString('latin1', at, at + nameLength);
    at += nameLength;
    const valueLength = bytes.readUInt16BE(at);
    at += 2;
    if (at + valueLength > bytes.length) return undefined;
    const value = bytes.subarray(at, at + valueLength);
    const isNumber = (tag === tags.integer || tag === tags.enum) && valueLength === 4;
    const text = isNumber ? String(value.readInt32BE()) : value.toString();
    if (nameLength > 0) attributes.set(name, text);
    at += valueLength;
  }
  return undefined;
}

export function encodeAnswer({
  status,
  requestId,
  message,
  job,
  jobs = [],
  printer,
}: Answer): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x0200, 0);
  head.writeUInt16BE(status, 2);
  head.writeInt32BE(requestId, 4);
  const operation: Attributes = [
    ['attributes-charset', [{ tag: 'charset', value: 'utf-8' }]],
    ['attributes-natural-language', [{ tag: 'language', value: 'en' }]],
    ...(message === undefined
      ? []
      : ([['status-message', [{ tag: 'text', value: message }]]] satisfies Attributes)),
  ];
  return Buffer.concat([
    head,
    encodeGroup(0x01, operation),
    ...(job === undefined ? [] : [encodeGroup(0x02, job)]),
    ...jobs.map((each) => encodeGroup(0x02, each)),
    ...(printer === undefined ? [] : [encodeGroup(0x04, printer)]),
    Uint8Array.of(0x03),
  ]);
}

function encodeGroup(groupTag: number, attributes: Attributes): Buffer {
  const parts = attributes.flatMap(([name, values]) =>
    values.map((value, at) => encodeValue(at === 0 ? name : '', value)),
  );
  return Buffer.concat([Uint8Array.of(groupTag), ...parts]);
}

function encodeValue(name: string, { tag, value }: Value): Buffer {
  const octets = octetsOf(tag, value);
  const lengths = Buffer.alloc(3);
  lengths.writeUInt8(tags[tag], 0);
  lengths.writeUInt16BE(name.length, 1);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(octets.length);
  return Buffer.concat([lengths, Buffer.from(name), size, octets]);
}

function octetsOf(tag: Value['tag'], value: number | string): Buffer {
  if (typeof value === 'string') return Buffer.from(value);
  if (tag === 'boolean') return Buffer.of(value);
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  return octets;
}
