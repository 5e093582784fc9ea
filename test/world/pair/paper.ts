// What the clients of the simulated pair print: documents that say who they are and how long, so
// that a printer sees what is missing, garbled or foreign.

const headBytes = 24;

/** `JOB` and number, and the whole length, then bytes that depend on both and their place. */
export function documentOf(number: number, sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(sizeBytes, headBytes));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = patternAt(number, at);
  const head = `JOB ${number} ${bytes.length}`.padEnd(headBytes);
  for (let at = 0; at < headBytes; at += 1) bytes[at] = head.charCodeAt(at);
  return bytes;
}

function patternAt(number: number, at: number): number {
  return (number * 31 + at * 7) & 0xff;
}

/** A document as it arrives. */
export interface Arriving {
  readonly number: number | undefined;
  /** True once a byte came that does not belong there. */
  readonly garbled: boolean;
  readonly whole: boolean;
  readonly receivedBytes: number;
  take(bytes: Uint8Array): void;
}

export function arriving(): Arriving {
  let head = '';
  let number: number | undefined;
  let sizeBytes = Number.POSITIVE_INFINITY;
  let received = 0;
  let garbled = false;
  const readHead = () => {
    const match = /^JOB (\d+) (\d+) *$/.exec(head);
    if (match === null) garbled = true;
    else [number, sizeBytes] = [Number(match[1]), Number(match[2])];
  };
  return {
    get number() {
      return number;
    },
    get garbled() {
      return garbled;
    },
    get whole() {
      return !garbled && received === sizeBytes;
    },
    get receivedBytes() {
      return received;
    },
    take(bytes) {
      for (const byte of bytes) {
        if (received < headBytes) {
          head += String.fromCharCode(byte);
          if (head.length === headBytes) readHead();
        } else if (number === undefined || byte !== patternAt(number, received)) garbled = true;
        received += 1;
      }
      if (received > sizeBytes) garbled = true;
    },
  };
}
