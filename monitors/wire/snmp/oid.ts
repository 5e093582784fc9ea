// Object identifiers: as text, in order, and one below the other.
import { snmpWireLimits as limits } from './limits.ts';

export type Oid = readonly number[];

/** `1.3.6.1`, with or without a leading dot; undefined where it is none. */
export function parseOid(text: string): Oid | undefined {
  if (!/^\.?\d{1,10}(?:\.\d{1,10})*$/.test(text)) return undefined;
  const oid = text.replace(/^\./, '').split('.').map(Number);
  const [first = 0, second = 0] = oid;
  const isOid =
    oid.length >= 2 &&
    oid.length <= limits.oidLength &&
    first <= 2 &&
    (first === 2 || second < 40) &&
    oid.every((part) => part <= limits.subIdentifier);
  return isOid ? oid : undefined;
}

/** An identifier that is written in a table of ours; throws where it is none. */
export function oidOf(text: string): Oid {
  const oid = parseOid(text);
  if (oid === undefined) throw new TypeError(`${text} is no object identifier`);
  return oid;
}

export function formatOid(oid: Oid): string {
  return oid.join('.');
}

/** Negative, 0 or positive, in lexicographical order (RFC 3416 4.2.2). */
export function compareOids(a: Oid, b: Oid): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** True where `oid` is `root` or below it. */
export function isBelow(oid: Oid, root: Oid): boolean {
  return oid.length >= root.length && root.every((part, index) => oid[index] === part);
}
