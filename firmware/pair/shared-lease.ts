// A group's lease in memory that both threads see: the pair thread writes it, the main thread asks
// it before each chunk, without a message and without waiting.
import type { Clock } from '../../hal/contract.ts';
import type { Term } from '../store/contract.ts';
import type { GroupLease, LeaseWindow } from './contract.ts';

/** Places in the memory: times in whole microseconds, and the term, whose node is this one. */
const from = 0;
const until = 1;
const generation = 2;
const counter = 3;
const cells = 4;

const usPerMs = 1_000;
const never = 2n ** 62n;

export function makeSharedLease(): SharedArrayBuffer {
  return new SharedArrayBuffer(cells * BigInt64Array.BYTES_PER_ELEMENT);
}

/** Closed while it is changed: a reader in between sees no lease, never a mixture of two. */
export function writeSharedLease(memory: SharedArrayBuffer, lease: LeaseWindow): void {
  const words = new BigInt64Array(memory);
  const rest = [
    [from, inUs(lease.fromMs, Math.ceil)],
    [generation, BigInt(lease.term.generation)],
    [counter, BigInt(lease.term.counter)],
  ] as const;
  if (rest.some(([place, value]) => Atomics.load(words, place) !== value)) {
    Atomics.store(words, until, 0n);
    for (const [place, value] of rest) Atomics.store(words, place, value);
  }
  Atomics.store(words, until, inUs(lease.untilMs, Math.floor));
}

export function readSharedLease(memory: SharedArrayBuffer, clock: Clock): GroupLease {
  const words = new BigInt64Array(memory);
  /** Undefined where there is none for this term, or another was written meanwhile. */
  const endOf = (term: Term): bigint | undefined => {
    const before = Atomics.load(words, until);
    const fits =
      Atomics.load(words, generation) === BigInt(term.generation) &&
      Atomics.load(words, counter) === BigInt(term.counter) &&
      inUs(clock.monotonicMs(), Math.floor) >= Atomics.load(words, from);
    return fits && Atomics.load(words, until) === before ? before : undefined;
  };
  return {
    live(term) {
      const end = endOf(term);
      return end !== undefined && inUs(clock.monotonicMs(), Math.floor) < end;
    },
    untilMs() {
      const end = Atomics.load(words, until);
      return end === never ? Infinity : Number(end) / usPerMs;
    },
  };
}

/** The main thread's heartbeat to the pair thread: when it last moved. */
export function makeMoveCell(): SharedArrayBuffer {
  return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
}

export function writeMoved(memory: SharedArrayBuffer, nowMs: number): void {
  Atomics.store(new BigInt64Array(memory), 0, inUs(nowMs, Math.floor));
}

export function readMovedMs(memory: SharedArrayBuffer): number {
  return Number(Atomics.load(new BigInt64Array(memory), 0)) / usPerMs;
}

function inUs(ms: number, round: (value: number) => number): bigint {
  return ms === Infinity ? never : BigInt(round(ms * usPerMs));
}
