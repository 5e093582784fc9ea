// One node's disk: writes in order, slow at times; a crash keeps a part of what was on its way.
import type { SeededRandom } from '../seeded-random.ts';
import type { Timeline } from '../timeline.ts';

export interface DiskQueue {
  /** `apply` is what the disk then holds, `done` what its process hears. */
  write(apply: () => void, done: () => void): void;
  /** The power goes: some of the writes under way made it, in order. */
  crash(): void;
  slowMs: number;
}

export function createDiskQueue(timeline: Timeline, random: SeededRandom): DiskQueue {
  let writes: { readonly apply: () => void; readonly done: () => void }[] = [];
  let writing = false;
  let slowMs = 0;

  const next = () => {
    const [first] = writes;
    writing = first !== undefined;
    if (first === undefined) return;
    const tookMs = random.between(0.5, 8) + (slowMs > 0 ? random.between(0, slowMs) : 0);
    timeline.after(tookMs, () => {
      if (writes[0] !== first) return;
      writes.shift();
      first.apply();
      first.done();
      next();
    });
  };

  return {
    write(apply, done) {
      writes.push({ apply, done });
      if (!writing) next();
    },
    crash() {
      const kept = random.integer(0, writes.length);
      for (const { apply } of writes.slice(0, kept)) apply();
      writes = [];
      writing = false;
    },
    get slowMs() {
      return slowMs;
    },
    set slowMs(value) {
      slowMs = value;
    },
  };
}
