/** Writes hand-made IPP messages field by field, without the codec that they judge. */

/** Octets from hex digits; spaces are for the reader. */
export function hex(digits: string): Uint8Array {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}

/** Octets of a string in UTF-8. */
export function chars(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Two octets of length and what they count. */
export function counted(octets: Uint8Array): Uint8Array {
  return join(Uint8Array.of(octets.length >> 8, octets.length & 0xff), octets);
}

/** value-tag, name-length, name, value-length, value. */
export function field(tag: number, name: string, value: Uint8Array): Uint8Array {
  return join(Uint8Array.of(tag), counted(chars(name)), counted(value));
}

/** IPP/1.1, Print-Job, request-id 7, and an open operation-attributes group. */
export const openRequest = hex('0101 0002 00000007 01');
