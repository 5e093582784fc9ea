// A parallel printer at its kernel node, in memory: it refuses the way drivers/char/lp.c does.
import type { OutputDevice, OutputKind, Outputs, PrinterNode } from '../../hal/contract.ts';
import { HalError, type HalErrorCode } from '../../hal/errors.ts';

/**
 * `busy` takes nothing; `paper-out` and `off-line` refuse each write with ENOSPC and EIO; `gone`:
 * there is no such node any more.
 */
export type PrinterNodeState = 'ready' | 'busy' | 'paper-out' | 'off-line' | 'gone';

const refusals: Partial<Record<PrinterNodeState, HalErrorCode>> = {
  'paper-out': 'no-space',
  'off-line': 'io-error',
  gone: 'device-gone',
};

export class FakePrinterNode implements Outputs {
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #kind: OutputKind;
  /** What the printer takes before it shows that it is busy. */
  readonly #bufferBytes: number;
  #state: PrinterNodeState = 'ready';
  #bufferLeftBytes = 0;
  #breakAtBytes: number | undefined;
  #openCount = 0;
  /** In the kernel's wording. */
  ieee1284Id: string | undefined;
  /** Calls of write. */
  writes = 0;

  constructor(options: {
    readonly onBytes: (bytes: Uint8Array) => void;
    readonly kind?: OutputKind;
    readonly bufferBytes?: number;
  }) {
    this.#onBytes = options.onBytes;
    this.#kind = options.kind ?? 'character';
    this.#bufferBytes = options.bufferBytes ?? 100;
  }

  get openCount(): number {
    return this.#openCount;
  }

  set(state: PrinterNodeState): void {
    this.#state = state;
    this.#breakAtBytes = undefined;
    this.#bufferLeftBytes = this.#bufferBytes;
  }

  breakAfter(sizeBytes: number, state: PrinterNodeState = 'gone'): void {
    this.#state = 'ready';
    this.#breakAtBytes = sizeBytes;
    this.#afterBreak = state;
  }

  #afterBreak: PrinterNodeState = 'gone';

  async open(path: string): Promise<OutputDevice> {
    if (this.#state === 'gone') throw new HalError('not-found', path);
    // The driver gives a port to one program at a time.
    if (this.#openCount > 0) throw new HalError('busy', path);
    this.#openCount += 1;
    let isOpen = true;
    return {
      kind: this.#kind,
      write: async (bytes) => {
        this.writes += 1;
        if (!isOpen) throw new HalError('closed', path);
        return this.#take(bytes, path);
      },
      sync: async () => {},
      takeBack: async () => {},
      close: async () => {
        if (isOpen) this.#openCount -= 1;
        isOpen = false;
      },
    };
  }

  listPrinterNodes = async (): Promise<readonly PrinterNode[]> =>
    this.#state === 'gone' ? [] : [{ path: '/dev/lp0', ieee1284Id: this.ieee1284Id }];

  #take(bytes: Uint8Array, path: string): number {
    const refusal = refusals[this.#state];
    if (refusal !== undefined) throw new HalError(refusal, path);
    const limit = this.#state === 'busy' ? this.#bufferLeftBytes : bytes.length;
    const taken = bytes.subarray(0, Math.min(limit, this.#breakAtBytes ?? limit));
    if (this.#state === 'busy') this.#bufferLeftBytes -= taken.length;
    if (taken.length > 0) this.#onBytes(taken);
    if (this.#breakAtBytes !== undefined) {
      this.#breakAtBytes -= taken.length;
      if (this.#breakAtBytes === 0) {
        this.#state = this.#afterBreak;
        this.#breakAtBytes = undefined;
      }
    }
    return taken.length;
  }
}
