// A bounded store of bytes: what does not fit pushes the oldest out, and is counted.

export interface ByteRing {
  push(bytes: Uint8Array): void;
  /** The oldest bytes, at most `maxBytes`. */
  take(maxBytes: number): Uint8Array;
  clear(): void;
  readonly sizeBytes: number;
  /** Bytes pushed out unread since the last `clear`. */
  readonly droppedBytes: number;
}

export function createByteRing(capacityBytes: number): ByteRing {
  const store = new Uint8Array(capacityBytes);
  let start = 0;
  let sizeBytes = 0;
  let droppedBytes = 0;

  const drop = (count: number) => {
    start = (start + count) % capacityBytes;
    sizeBytes -= count;
  };

  return {
    push(bytes) {
      const kept = bytes.subarray(Math.max(0, bytes.length - capacityBytes));
      const pushedOut = Math.max(0, sizeBytes + kept.length - capacityBytes);
      drop(pushedOut);
      droppedBytes += pushedOut + bytes.length - kept.length;
      const end = (start + sizeBytes) % capacityBytes;
      const beforeWrap = kept.subarray(0, capacityBytes - end);
      store.set(beforeWrap, end);
      store.set(kept.subarray(beforeWrap.length), 0);
      sizeBytes += kept.length;
    },
    take(maxBytes) {
      const taken = new Uint8Array(Math.min(maxBytes, sizeBytes));
      const beforeWrap = store.subarray(start, Math.min(capacityBytes, start + taken.length));
      taken.set(beforeWrap);
      taken.set(store.subarray(0, taken.length - beforeWrap.length), beforeWrap.length);
      drop(taken.length);
      return taken;
    },
    clear() {
      drop(sizeBytes);
      droppedBytes = 0;
    },
    get sizeBytes() {
      return sizeBytes;
    },
    get droppedBytes() {
      return droppedBytes;
    },
  };
}
