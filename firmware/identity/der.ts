// DER as far as a certificate of ours needs it (X.690 8, 10).

export type Der = Uint8Array;

export function sequence(...parts: readonly Der[]): Der {
  return tagged(0x30, ...parts);
}

export function set(...parts: readonly Der[]): Der {
  return tagged(0x31, ...parts);
}

/** [number], constructed. */
export function context(number: number, ...parts: readonly Der[]): Der {
  return tagged(0xa0 | number, ...parts);
}

/** [number] IMPLICIT of a primitive type. */
export function contextPrimitive(number: number, octets: Uint8Array): Der {
  return tagged(0x80 | number, octets);
}

/** A number that is not negative, high octet first. */
export function integer(octets: Uint8Array): Der {
  const first = octets.findIndex((octet) => octet !== 0);
  const bare = first === -1 ? Uint8Array.of(0) : octets.subarray(first);
  const [top = 0] = bare;
  return top >= 0x80 ? tagged(0x02, Uint8Array.of(0), bare) : tagged(0x02, bare);
}

export const trueValue: Der = Uint8Array.of(0x01, 0x01, 0xff);

export function bitString(octets: Uint8Array, unusedBits = 0): Der {
  return tagged(0x03, Uint8Array.of(unusedBits), octets);
}

export function octetString(octets: Uint8Array): Der {
  return tagged(0x04, octets);
}

export function utf8String(text: string): Der {
  return tagged(0x0c, new TextEncoder().encode(text));
}

/** From dotted text: `2.5.29.17`. */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const octets = [first * 40 + second, ...rest].flatMap(base128);
  return tagged(0x06, Uint8Array.from(octets));
}

/** RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime after. */
export function time(unixMs: number): Der {
  const digits = new Date(unixMs).toISOString().replace(/\.\d+|[-:T]/g, '');
  const ascii = (text: string) => new TextEncoder().encode(text);
  return unixMs < Date.UTC(2050, 0, 1)
    ? tagged(0x17, ascii(digits.slice(2)))
    : tagged(0x18, ascii(digits));
}

function base128(value: number): readonly number[] {
  const octets = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    octets.unshift((rest % 128) | 0x80);
  }
  return octets;
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Der {
  const content = Buffer.concat(parts);
  return new Uint8Array(Buffer.concat([Uint8Array.of(tag), lengthOf(content.length), content]));
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}
