// Keeps the last byte of a document owed to the caller until the device is done with the whole.
//
// A caller comes back for as long as bytes are left, so a device that has taken everything and is
// not done yet can be waited for without a bound: the byte owed is handed in again, and not sent.

export interface HeldByte {
  /** What of a call's bytes was not handed over by an earlier call. */
  fresh(bytes: Uint8Array): Uint8Array;
  /**
   * How many bytes of a call that ends in waiting are answered for. `handedOver`: the fresh ones
   * went out; `whole`: with them the document is complete.
   */
  waiting(bytes: Uint8Array, state: { handedOver: boolean; whole: boolean }): number;
  /** As many as the call brought. */
  written(bytes: Uint8Array): number;
}

export function createHeldByte(): HeldByte {
  let owedBytes = 0;
  return {
    fresh: (bytes) => bytes.subarray(Math.min(owedBytes, bytes.length)),
    waiting(bytes, { handedOver, whole }) {
      if (!handedOver && owedBytes === 0) return 0;
      if (!whole) return bytes.length;
      if (bytes.length > 0) owedBytes = 1;
      return Math.max(0, bytes.length - 1);
    },
    written(bytes) {
      if (bytes.length > 0) owedBytes = 0;
      return bytes.length;
    },
  };
}
