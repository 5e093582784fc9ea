// An emulated USB serial adapter of the kind FT232BM, with whatever is at the end of its line: its
// modem lines can be set, and seen. Data and requests as the kernel's driver ftdi_sio knows them.
import { createHash } from 'node:crypto';
import type { EmulatedModel } from '../usb-printer/descriptors.ts';
import {
  changeOr,
  type EmulatedUsbDevice,
  isStandardRequest,
  type Setup,
  standardRequest,
  type TransferEnd,
} from '../usb-printer/device.ts';

/** What the other side says by its lines. */
export interface IncomingLines {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
}

export interface UsbSerialRecord {
  readonly bytes: number;
  readonly sha256: string;
  /** What the host says by its lines. */
  readonly dtr: boolean;
  readonly rts: boolean;
  /** The adapter stops by itself while CTS is off. */
  readonly heedsCts: boolean;
  /** OUT transfers that wait. */
  readonly pending: number;
}

const requests = {
  modemControl: 1,
  flowControl: 2,
  modemStatus: 5,
  latency: 10,
} as const;

const statusBits = { cts: 0x10, dsr: 0x20, dcd: 0x80 } as const;
/** Everything was sent: the transmitter and its buffer are empty. */
const lineStatus = 0x60;
const latencyMs = 16;
const rtsCtsFlow = 0x01;
const statusBytes = 2;

export const usbSerialModel: EmulatedModel = {
  vendorId: 0x0403,
  productId: 0x6001,
  /** By it the driver knows an FT232BM, which has no memory to be asked for. */
  release: 0x0400,
  manufacturer: 'ZFake',
  product: 'Emulated serial adapter',
  serialNumber: undefined,
  deviceId: new Uint8Array(0),
  interfaces: [
    {
      number: 0,
      alternate: 0,
      classCode: 0xff,
      subclass: 0xff,
      protocol: 0xff,
      outEndpoint: 2,
      inEndpoint: 0x81,
    },
  ],
};

export class EmulatedUsbSerial implements EmulatedUsbDevice {
  readonly model = usbSerialModel;
  readonly isPlugged = true;
  #hash = createHash('sha256');
  #lines: IncomingLines = { cts: true, dsr: true, dcd: true };
  #toldStatus = -1;
  #bytes = 0;
  #pending = 0;
  #dtr = false;
  #rts = false;
  #heedsCts = false;
  #change = Promise.withResolvers<void>();

  get changed(): Promise<void> {
    return this.#change.promise;
  }

  record(): UsbSerialRecord {
    return {
      bytes: this.#bytes,
      sha256: this.#hash.copy().digest('hex'),
      dtr: this.#dtr,
      rts: this.#rts,
      heedsCts: this.#heedsCts,
      pending: this.#pending,
    };
  }

  async until(wanted: (record: UsbSerialRecord) => boolean): Promise<UsbSerialRecord> {
    while (!wanted(this.record())) await this.changed;
    return this.record();
  }

  /** Forgets what it took. */
  clear(): void {
    this.#hash = createHash('sha256');
    this.#bytes = 0;
  }

  setLines(lines: IncomingLines): void {
    this.#lines = lines;
    this.#notify();
  }

  alternateOf(): number {
    return 0;
  }

  selectAlternate(): void {}

  /** The line knows nothing of it. */
  reset(): void {}

  control(setup: Setup): TransferEnd<Buffer> {
    if (isStandardRequest(setup)) return standardRequest(this, setup);
    const answer = this.#vendorRequest(setup);
    return { kind: 'done', value: answer.subarray(0, setup.length) };
  }

  async bulkOut(
    _endpoint: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<TransferEnd<number>> {
    this.#pending += 1;
    this.#notify();
    try {
      return await this.#take(bytes, signal);
    } finally {
      this.#pending -= 1;
      this.#notify();
    }
  }

  /** Each answer begins with the state of the lines; there is never more than that. */
  async bulkIn(
    _endpoint: number,
    _maxBytes: number,
    signal: AbortSignal,
  ): Promise<TransferEnd<Buffer>> {
    while (!signal.aborted) {
      const status = this.#status();
      if (status[0] !== this.#toldStatus) {
        this.#toldStatus = status[0] ?? 0;
        return { kind: 'done', value: status };
      }
      await changeOr(this, signal);
    }
    return { kind: 'done', value: Buffer.alloc(0) };
  }

  unsay(): void {
    this.#toldStatus = -1;
    this.#notify();
  }

  async #take(bytes: Uint8Array, signal: AbortSignal): Promise<TransferEnd<number>> {
    while (this.#heedsCts && !this.#lines.cts) {
      if (signal.aborted) return { kind: 'done', value: 0 };
      await changeOr(this, signal);
    }
    if (signal.aborted) return { kind: 'done', value: 0 };
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#notify();
    return { kind: 'done', value: bytes.length };
  }

  #vendorRequest({ request, value, index }: Setup): Buffer {
    switch (request) {
      case requests.modemControl:
        // The high byte says which of the two lines the low byte sets.
        if ((value & 0x0100) !== 0) this.#dtr = (value & 1) !== 0;
        if ((value & 0x0200) !== 0) this.#rts = (value & 2) !== 0;
        this.#notify();
        return Buffer.alloc(0);
      case requests.flowControl:
        this.#heedsCts = index >> 8 === rtsCtsFlow;
        this.#notify();
        return Buffer.alloc(0);
      case requests.modemStatus:
        return this.#status();
      case requests.latency:
        return Buffer.from([latencyMs]);
      default:
        // Reset, speed, form of a byte and the like: nothing here depends on them.
        return Buffer.alloc(0);
    }
  }

  #status(): Buffer {
    const status = Buffer.alloc(statusBytes);
    status[0] = Object.entries(statusBits).reduce(
      (bits, [line, bit]) => bits | (Reflect.get(this.#lines, line) === true ? bit : 0),
      1,
    );
    status[1] = lineStatus;
    return status;
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
