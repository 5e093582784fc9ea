// Who wrote to a printer, as the printer saw it: bytes of anyone but the box that announced the
// group's address last are those of a second writer.
import type { PrinterLine } from './lines.ts';

export interface Stray {
  readonly atMs: number;
  readonly mac: string;
  /** Who had announced the address last, and when. */
  readonly owner: string;
  readonly ownerSinceMs: number;
}

/** A box that has let go of the address announces it no more: the last word is the owner's. */
export function strayBytes(lines: readonly PrinterLine[], address: string): readonly Stray[] {
  let owner: { readonly mac: string; readonly sinceMs: number } | undefined;
  const strays: Stray[] = [];
  const inOrder = lines
    .filter((line) => line.kind === 'announced' || line.kind === 'bytes')
    .toSorted((a, b) => a.atMs - b.atMs);
  for (const line of inOrder) {
    if (line.kind === 'announced') {
      if (line.address !== address || line.mac === owner?.mac) continue;
      owner = { mac: line.mac, sinceMs: line.atMs };
    } else if (owner !== undefined && line.mac !== owner.mac) {
      strays.push({
        atMs: line.atMs,
        mac: line.mac,
        owner: owner.mac,
        ownerSinceMs: owner.sinceMs,
      });
    }
  }
  return strays;
}

/** How often another box than before announced the address. */
export function takeoversIn(lines: readonly PrinterLine[], address: string): number {
  const macs = lines.flatMap((line) =>
    line.kind === 'announced' && line.address === address ? [line.mac] : [],
  );
  return macs.filter((mac, at) => at > 0 && mac !== macs[at - 1]).length;
}
