// The few octets of BER that an emulated agent needs; its own, since it judges the other ones.

/** A value of a variable, by its type's letter as snmpset(1) writes it. */
export type Value =
  | { readonly type: 'i' | 'c' | 'g' | 't'; readonly value: number }
  | { readonly type: 's'; readonly value: string | Uint8Array }
  | { readonly type: 'o'; readonly value: string }
  | { readonly type: 'none' | 'instance' | 'end' };

const valueTags = { i: 0x02, c: 0x41, g: 0x42, t: 0x43, s: 0x04, o: 0x06 } as const;
const exceptionTags = { none: 0x80, instance: 0x81, end: 0x82 } as const;

export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, Math.floor(length / 0x100), length % 0x100];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

export function integer(value: number, tag = 0x02): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.unshift(((rest % 256) + 256) % 256);
    rest = Math.floor(rest / 256);
  } while (rest !== 0 && rest !== -1);
  const top = bytes[0] ?? 0;
  if (rest === 0 && top >= 0x80) bytes.unshift(0);
  if (rest === -1 && top < 0x80) bytes.unshift(0xff);
  return element(tag, Buffer.from(bytes));
}

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...more] = text.split('.').map(Number);
  const parts = [first * 40 + second, ...more].flatMap((part) => {
    const septets = [part % 128];
    for (let rest = Math.floor(part / 128); rest > 0; rest = Math.floor(rest / 128)) {
      septets.unshift(128 + (rest % 128));
    }
    return septets;
  });
  return element(0x06, Buffer.from(parts));
}

export function variable(name: string, value: Value): Buffer {
  return element(0x30, oid(name), encoded(value));
}

function encoded(value: Value): Buffer {
  switch (value.type) {
    case 'none':
    case 'instance':
    case 'end':
      return element(exceptionTags[value.type]);
    case 's':
      return element(valueTags.s, Buffer.from(value.value));
    case 'o':
      return oid(value.value);
    case 'i':
    case 'c':
    case 'g':
    case 't':
      return integer(value.value, valueTags[value.type]);
  }
}

export interface Request {
  readonly version: number;
  readonly community: string;
  /** 0xa0 get, 0xa1 get-next, 0xa5 get-bulk. */
  readonly kind: number;
  readonly id: Buffer;
  readonly second: number;
  readonly third: number;
  readonly names: readonly string[];
}

/** Throws where it is no request of version 1 or 2c. */
export function readRequest(bytes: Buffer): Request {
  const message = parts(contents(bytes, 0x30));
  const [version, community, pdu] = message;
  if (version === undefined || community === undefined || pdu === undefined) {
    throw new Error('no SNMP message');
  }
  const [id, second, third, list] = parts(pdu.body);
  if (id === undefined || second === undefined || third === undefined || list === undefined) {
    throw new Error('no PDU');
  }
  return {
    version: number(version.body),
    community: community.body.toString('latin1'),
    kind: pdu.tag,
    id: id.body,
    second: number(second.body),
    third: number(third.body),
    names: parts(list.body).map(({ body }) => name(parts(body)[0]?.body ?? Buffer.alloc(0))),
  };
}

interface Part {
  readonly tag: number;
  readonly body: Buffer;
}

function parts(bytes: Buffer): readonly Part[] {
  const found: Part[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at + 1] ?? 0;
    const more = first < 0x80 ? 0 : first - 0x80;
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more);
    const start = at + 2 + more;
    found.push({ tag: bytes[at] ?? 0, body: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

function contents(bytes: Buffer, tag: number): Buffer {
  const [first] = parts(bytes);
  if (first?.tag !== tag) throw new Error(`no element ${tag}`);
  return first.body;
}

function number(bytes: Buffer): number {
  return bytes.length === 0 ? 0 : bytes.readIntBE(0, Math.min(6, bytes.length));
}

function name(bytes: Buffer): string {
  const [first = 0, ...rest] = bytes;
  const found = [Math.floor(first / 40), first % 40];
  let value = 0;
  for (const octet of rest) {
    value = value * 128 + (octet % 128);
    if (octet >= 128) continue;
    found.push(value);
    value = 0;
  }
  return found.join('.');
}
