// A serial printer in memory: a driver's buffer, flow control that holds it, and a cable to pull.
import type { ModemLines, SerialLine, SerialPort, SerialPorts } from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { abortable } from '../../hal/time.ts';

const driverBytes = 4096;

export class FakeSerialPorts implements SerialPorts {
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #path: string;
  #isThere = true;
  #holds = false;
  #breakAtBytes: number | undefined;
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  #said: Uint8Array[] = [];
  #change = Promise.withResolvers<void>();
  /** Counts openings; an older one is of no more use. */
  #generation = 0;
  #isOpen = false;
  /** With which the port was opened last. */
  line: SerialLine | undefined;
  lines: ModemLines | undefined = { cts: true, dsr: true, dcd: true };

  constructor(options: {
    readonly onBytes: (bytes: Uint8Array) => void;
    readonly path?: string;
  }) {
    this.#onBytes = options.onBytes;
    this.#path = options.path ?? '/dev/ttyUSB0';
  }

  get openings(): number {
    return this.#generation;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  plug(): void {
    this.#isThere = true;
    this.#breakAtBytes = undefined;
    this.release();
  }

  unplug(): void {
    this.#isThere = false;
    this.#isOpen = false;
    this.#drop();
    this.#changed();
  }

  /** XOFF, or CTS off. */
  hold(): void {
    this.#holds = true;
  }

  release(): void {
    this.#holds = false;
    for (const part of this.#unsent) this.#arrive(part);
    this.#drop();
    this.#changed();
  }

  breakAfter(sizeBytes: number): void {
    this.#breakAtBytes = sizeBytes;
  }

  say(text: string): void {
    this.#said.push(Buffer.from(text));
    this.#changed();
  }

  async list() {
    return this.#isThere ? [{ path: this.#path, driver: 'fake' }] : [];
  }

  async open(path: string, line: SerialLine): Promise<SerialPort> {
    if (!this.#isThere || path !== this.#path) throw new HalError('not-found', path);
    if (this.#isOpen) throw new HalError('busy', path);
    this.#isOpen = true;
    this.#generation += 1;
    this.#said = [];
    this.line = line;
    const generation = this.#generation;
    const check = () => {
      if (!this.#isThere) throw new HalError('device-gone', path);
      if (!this.#isOpen || this.#generation !== generation) throw new HalError('closed', path);
    };
    return {
      write: async (bytes) => this.#write(bytes, check),
      settled: (signal) => abortable(this.#settled(check), signal),
      read: () => this.#read(check),
      lines: async () => this.lines,
      close: async ({ dropUnsent }) => {
        if (!this.#isOpen || this.#generation !== generation) return;
        if (dropUnsent) this.#drop();
        this.#isOpen = false;
        this.#changed();
      },
    };
  }

  #write(bytes: Uint8Array, check: () => void): number {
    check();
    const taken = bytes.slice(0, driverBytes - this.#unsentBytes);
    if (this.#holds) {
      this.#unsent.push(taken);
      this.#unsentBytes += taken.length;
    } else {
      this.#arrive(taken);
    }
    return taken.length;
  }

  async #settled(check: () => void): Promise<void> {
    while (this.#unsentBytes > 0) {
      check();
      await this.#change.promise;
    }
    check();
  }

  async #read(check: () => void): Promise<Uint8Array> {
    for (;;) {
      check();
      const part = this.#said.shift();
      if (part !== undefined) return part;
      await this.#change.promise;
    }
  }

  #arrive(bytes: Uint8Array): void {
    const arriving = bytes.subarray(0, this.#breakAtBytes ?? bytes.length);
    this.#onBytes(arriving);
    if (this.#breakAtBytes === undefined) return;
    this.#breakAtBytes -= arriving.length;
    if (this.#breakAtBytes <= 0) this.unplug();
  }

  #drop(): void {
    this.#unsent = [];
    this.#unsentBytes = 0;
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
