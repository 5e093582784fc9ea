// One entry of a TXT record (RFC 6763 6): written within its limits, read from strangers.

export interface TxtEntry {
  /** Visible US-ASCII without `=`, at most 9 characters by custom. */
  readonly key: string;
  readonly value: string;
}

/** RFC 1035 3.3: the length of a string is one octet. */
const stringOctets = 255;
const keyForm = /^[ -<>-~]+$/;

/** `key=value`; a value that does not fit is cut between two characters. */
export function encodeTxt(entries: readonly TxtEntry[]): readonly Uint8Array[] {
  if (entries.length === 0) return [new Uint8Array(0)];
  return entries.map(({ key, value }) => clipOctets(`${key}=${value}`, stringOctets));
}

/** Keys in lower case; of a key that comes twice the first counts (RFC 6763 6.4). */
export function decodeTxt(strings: readonly Uint8Array[]): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (const string of strings) {
    const text = decodeText(decoder, string);
    if (text === undefined) continue;
    const at = text.indexOf('=');
    const key = (at === -1 ? text : text.slice(0, at)).toLowerCase();
    if (!keyForm.test(key) || entries.has(key)) continue;
    entries.set(key, at === -1 ? '' : text.slice(at + 1));
  }
  return entries;
}

function decodeText(decoder: TextDecoder, octets: Uint8Array): string | undefined {
  try {
    return decoder.decode(octets);
  } catch {
    // Opaque octets are allowed (RFC 6763 6.5), and mean nothing to us.
    return undefined;
  }
}

/** At most `limit` octets of UTF-8, no character cut in two. */
export function clipOctets(text: string, limit: number): Uint8Array {
  const octets = new Uint8Array(limit);
  const { written } = new TextEncoder().encodeInto(text, octets);
  return octets.slice(0, written);
}
