// Real time of a simulation: what happens when, in one order; promises that an event moved come to
// rest before the next one.

export interface Timeline {
  readonly nowMs: number;
  /**
   * Calls `action` at that time (now, if it is past); those of one moment in the order they were
   * asked for.
   */
  at(timeMs: number, action: () => void): void;
  after(delayMs: number, action: () => void): void;
  /**
   * Something that waits in a promise may go on now: it does, before any other event. An event that
   * moved no promise does without, since most of them don't.
   */
  touch(): void;
  /** Runs everything up to that time. */
  runUntil(timeMs: number): Promise<void>;
}

interface Entry {
  readonly timeMs: number;
  readonly order: number;
  readonly action: () => void;
}

export function createTimeline(): Timeline {
  let nowMs = 0;
  let order = 0;
  let touched = false;
  const heap: Entry[] = [];
  const at = (timeMs: number, action: () => void) => {
    push(heap, { timeMs: Math.max(timeMs, nowMs), order, action });
    order += 1;
  };
  return {
    get nowMs() {
      return nowMs;
    },
    at,
    after: (delayMs, action) => at(nowMs + delayMs, action),
    touch() {
      touched = true;
    },
    async runUntil(timeMs) {
      for (let entry = heap[0]; entry !== undefined && entry.timeMs <= timeMs; entry = heap[0]) {
        pop(heap);
        nowMs = entry.timeMs;
        entry.action();
        while (touched) {
          touched = false;
          await settled();
        }
      }
      nowMs = timeMs;
    },
  };
}

/** All microtasks have run, those that they made as well. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
function before(a: Entry, b: Entry): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length;
  heap.push(entry);
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !before(entry, parent)) break;
    heap[index] = parent;
    index = parentIndex;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let childIndex = 2 * index + 1;
    let child = heap[childIndex];
    const right = heap[childIndex + 1];
    if (child === undefined) break;
    if (right !== undefined && before(right, child)) {
      childIndex += 1;
      child = right;
    }
    if (!before(child, last)) break;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
}
