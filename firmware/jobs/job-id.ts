// Ids of jobs: UUIDs that grow with time, so that rows of jobs that came together lie together.
import type { Clock, Random } from '../../hal/contract.ts';

/** The digits of 48 bits. */
const timeDigits = 12;
const greatestMs = 2 ** 48 - 1;

/**
 * A UUID of version 7 (RFC 9562 5.7). Its time is the wall clock's, trusted or not: it serves the
 * order of rows alone, and the id is unique by its 74 random bits.
 */
export function newJobId(clock: Pick<Clock, 'wall'>, random: Pick<Random, 'uuid'>): string {
  const ms = Math.min(greatestMs, Math.max(0, Math.floor(clock.wall().ms)));
  const time = ms.toString(16).padStart(timeDigits, '0');
  const drawn = random.uuid();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${drawn.slice(15)}`;
}
