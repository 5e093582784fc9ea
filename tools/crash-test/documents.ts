// Documents that tell whose they are by their first bytes, so that a session that broke off can be
// named too.
import { createHash } from 'node:crypto';
import type { SeededRandom } from '../bench/random.ts';

export interface CrashDocument {
  readonly id: string;
  readonly bytes: Buffer;
  /** As jobs show it: `sha256:` and hexadecimal digits. */
  readonly digest: string;
}

export const headBytes = 64;
const mark = '%platen-crash ';

/** Mostly as small as labels are; one in eight is large enough for a file of its own. */
export function makeDocument(id: string, random: SeededRandom): CrashDocument {
  const sizeBytes =
    random.integer(8) === 0 ? 70_000 + random.integer(200_000) : random.integer(6_000);
  const head = Buffer.from(`${mark}${id}\n`.padEnd(headBytes, '.'));
  const bytes = Buffer.concat([head, random.bytes(sizeBytes)]);
  return { id, bytes, digest: digestOf(bytes) };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function idIn(head: Buffer): string | undefined {
  const text = head.subarray(0, headBytes).toString('latin1');
  return text.startsWith(mark) ? text.slice(mark.length).split('\n')[0] : undefined;
}
