// Text in LPD lines: UTF-8 where it is, Latin-1 where it is not, and never a control character out.

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 1179 means US-ASCII; today's clients send UTF-8, old ones Latin-1. */
export function readLpdText(octets: Uint8Array): string {
  try {
    return strictUtf8.decode(octets);
  } catch {
    // Not UTF-8, which is an answer: every octet is a character of Latin-1.
    return Buffer.from(octets).toString('latin1');
  }
}

/** Any but the tab, which clients write into titles. */
export function hasControlCharacter(value: string): boolean {
  return /[^\P{Cc}\t]|\p{Cs}/u.test(value);
}

/** What a line may carry of any text: no control characters, at most so many octets of UTF-8. */
export function lpdText(value: string, maxOctets: number): string {
  const clean = value
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  const octets = Buffer.from(clean, 'utf8');
  let end = Math.min(octets.length, maxOctets);
  // An octet of 10xxxxxx goes on with a character that began before.
  while (end < octets.length && end > 0 && ((octets[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return octets.toString('utf8', 0, end);
}
