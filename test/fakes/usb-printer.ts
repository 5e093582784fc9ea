// USB printers in memory, which fail the way real ones do through the kernel's usbfs.
import type {
  Clock,
  UsbDeviceInfo,
  UsbHost,
  UsbInterface,
  UsbInterfaceInfo,
  UsbRequest,
} from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';

/** GET_PORT_STATUS: paper empty 0x20, selected 0x10, no error 0x08. */
export const portStatuses = { ready: 0x18, paperOut: 0x30, offline: 0x08, error: 0x10 } as const;

export interface FakeUsbPrinterOptions {
  readonly clock: Clock;
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly path?: string;
  readonly vendorId?: number;
  readonly productId?: number;
  /** Undefined: the device has no such string. */
  readonly serialNumber?: string | undefined;
  /** What GET_DEVICE_ID answers, with its length; text gets the right one. */
  readonly deviceId?: string | Uint8Array;
  /** What the kernel's driver has read of it. */
  readonly ieee1284Id?: string;
  readonly interfaces?: readonly UsbInterfaceInfo[];
}

/** What a deaf printer needs before it answers requests again. */
export type Remedy = 'clear-halt' | 'soft-reset' | 'port-reset';

export const bidirectional: UsbInterfaceInfo = {
  number: 0,
  alternate: 0,
  classCode: 7,
  subclass: 1,
  protocol: 2,
  endpoints: [
    { address: 0x01, type: 'bulk', maxPacketBytes: 512 },
    { address: 0x82, type: 'bulk', maxPacketBytes: 512 },
  ],
};

export class FakeUsbHost implements UsbHost {
  readonly printers: FakeUsbPrinter[] = [];
  lists = 0;

  constructor(...printers: readonly FakeUsbPrinter[]) {
    this.printers.push(...printers);
  }

  async list(): Promise<readonly UsbDeviceInfo[]> {
    this.lists += 1;
    return this.printers.filter((printer) => printer.isPlugged).map((printer) => printer.info);
  }

  async open(
    device: Pick<UsbDeviceInfo, 'path' | 'bus' | 'address'>,
    info: UsbInterfaceInfo,
  ): Promise<UsbInterface> {
    const found = this.printers.find(
      (printer) =>
        printer.isPlugged &&
        printer.info.path === device.path &&
        printer.info.address === device.address,
    );
    if (found === undefined) throw new HalError('device-gone', device.path);
    return found.open(info);
  }
}

export class FakeUsbPrinter {
  readonly #options: FakeUsbPrinterOptions;
  #address = 5;
  #isPlugged = true;
  /** Grows when interfaces that are open become invalid. */
  #generation = 0;
  #openInterfaces = 0;
  #holds = false;
  #stalls = 0;
  #isHalted = false;
  #dropsPending = false;
  #unplugAtBytes: number | undefined;
  #holdAt: { leftBytes: number; readonly status: number } | undefined;
  #deafUntil: Remedy | undefined;
  #said: Uint8Array[] = [];
  /** When a reading transfer was given up: what comes at that moment is lost with it. */
  #givenUpMs: number | undefined;
  #change = Promise.withResolvers<void>();
  status: number = portStatuses.ready;
  /** Soft resets do not make a printer that holds take what is under way. */
  ignoresSoftReset = false;
  /** Whatever was read, more follows. */
  saysForEver = false;
  /** What was done to it: opens, resets. */
  readonly log: string[] = [];

  constructor(options: FakeUsbPrinterOptions) {
    this.#options = options;
  }

  get isPlugged(): boolean {
    return this.#isPlugged;
  }

  get openInterfaces(): number {
    return this.#openInterfaces;
  }

  get info(): UsbDeviceInfo {
    const { path = '1-1', vendorId = 0x1209, productId = 0xf020 } = this.#options;
    const serialNumber = 'serialNumber' in this.#options ? this.#options.serialNumber : 'PLT0001';
    return {
      path,
      bus: 1,
      address: this.#address,
      vendorId,
      productId,
      manufacturer: 'ZFake',
      product: 'LabelPrinter 420',
      serialNumber,
      ieee1284Id: this.#options.ieee1284Id,
      interfaces: this.#options.interfaces ?? [bidirectional],
    };
  }

  plug(): void {
    if (!this.#isPlugged) this.#address += 1;
    this.#isPlugged = true;
    this.#unplugAtBytes = undefined;
    this.#isHalted = false;
    this.#stalls = 0;
    this.release();
  }

  unplug(): void {
    this.#isPlugged = false;
    this.#generation += 1;
    this.#openInterfaces = 0;
    this.#said = [];
    this.#changed();
  }

  unplugAfter(sizeBytes: number): void {
    this.#unplugAtBytes = sizeBytes;
  }

  /** It takes nothing: NAK, which no transfer ends by. */
  hold(status: number = portStatuses.ready): void {
    this.#holds = true;
    this.status = status;
  }

  /** Holds, and says `status`, once it took so many bytes more. */
  holdAfter(sizeBytes: number, status: number): void {
    this.#holdAt = { leftBytes: sizeBytes, status };
  }

  release(): void {
    this.#holds = false;
    this.status = portStatuses.ready;
    this.#changed();
  }

  /** Refuses the next transfer; the pipe is halted until that is cleared (USB 2.0 5.8.5). */
  stall(): void {
    this.#stalls += 1;
  }

  /** Answers no request on the control pipe. */
  deafen(until: Remedy): void {
    this.#deafUntil = until;
  }

  say(text: string): void {
    if (this.#options.clock.monotonicMs() === this.#givenUpMs) return;
    this.#said.push(Buffer.from(text));
    this.#changed();
  }

  open(info: UsbInterfaceInfo): UsbInterface {
    // The kernel gives an interface to one program.
    if (this.#openInterfaces > 0) throw new HalError('busy', this.info.path);
    this.#openInterfaces += 1;
    this.log.push('open');
    const generation = this.#generation;
    let isOpen = true;
    const check = () => {
      if (!this.#isPlugged) throw this.#error('device-gone');
      if (!isOpen) throw this.#error('closed');
      if (this.#generation !== generation) throw this.#error('timed-out');
    };
    return {
      info,
      controlIn: (request, maxBytes, timeoutMs) =>
        this.#controlIn(request, maxBytes, timeoutMs, check),
      controlOut: (request, timeoutMs) => this.#controlOut(request, timeoutMs, check),
      transferOut: (_endpoint, bytes, timeoutMs) =>
        this.#within(timeoutMs, () => this.#transferOut(bytes, check)),
      transferIn: (_endpoint, maxBytes, timeoutMs) => this.#transferIn(maxBytes, timeoutMs, check),
      clearHalt: async () => {
        check();
        this.log.push('clear-halt');
        this.#isHalted = false;
        this.#cure('clear-halt');
      },
      resetPort: async () => {
        check();
        this.log.push('port-reset');
        this.#cure('port-reset');
        this.#generation += 1;
        this.#openInterfaces = 0;
        this.#said = [];
        this.#changed();
      },
      close: async () => {
        if (isOpen && this.#generation === generation) this.#openInterfaces -= 1;
        isOpen = false;
        this.#changed();
      },
    };
  }

  async #transferOut(bytes: Uint8Array, check: () => void): Promise<number> {
    this.#dropsPending = false;
    for (;;) {
      check();
      if (this.#stalls > 0) {
        this.#stalls -= 1;
        this.#isHalted = true;
      }
      if (this.#isHalted) throw this.#error('stalled');
      if (this.#dropsPending) return bytes.length;
      if (!this.#holds) break;
      await this.#change.promise;
    }
    const taken = bytes.subarray(0, this.#unplugAtBytes ?? bytes.length);
    this.#options.onBytes(taken);
    const hold = this.#holdAt;
    if (hold !== undefined) hold.leftBytes -= taken.length;
    if (hold !== undefined && hold.leftBytes <= 0) {
      this.#holdAt = undefined;
      this.hold(hold.status);
    }
    if (this.#unplugAtBytes !== undefined) {
      this.#unplugAtBytes -= taken.length;
      if (this.#unplugAtBytes === 0) {
        this.unplug();
        throw this.#error('device-gone');
      }
    }
    return bytes.length;
  }

  async #transferIn(maxBytes: number, timeoutMs: number, check: () => void) {
    const { clock } = this.#options;
    using deadline = startDeadline(clock, timeoutMs);
    for (;;) {
      check();
      const part = this.saysForEver ? Buffer.alloc(64, 'x') : this.#said.shift();
      if (part !== undefined) {
        if (part.length > maxBytes) this.#said.unshift(part.subarray(maxBytes));
        return part.subarray(0, maxBytes);
      }
      try {
        await abortable(this.#change.promise, deadline.signal);
      } catch {
        // Only the time can end so.
        check();
        this.#givenUpMs = clock.monotonicMs();
        return undefined;
      }
    }
  }

  async #controlIn(
    request: UsbRequest,
    maxBytes: number,
    timeoutMs: number,
    check: () => void,
  ): Promise<Uint8Array> {
    await this.#answerOrNot(timeoutMs, check);
    if (request.type !== 'class') throw this.#error('stalled');
    if (request.request === 0) return this.#deviceId().subarray(0, maxBytes);
    if (request.request === 1) return Uint8Array.of(this.status).subarray(0, maxBytes);
    throw this.#error('stalled');
  }

  async #controlOut(request: UsbRequest, timeoutMs: number, check: () => void): Promise<void> {
    const isSoftReset = request.type === 'class' && request.request === 2;
    if (isSoftReset) {
      check();
      this.log.push('soft-reset');
      this.#cure('soft-reset');
    }
    await this.#answerOrNot(timeoutMs, check);
    if (!isSoftReset) throw this.#error('stalled');
    this.#isHalted = false;
    this.#said = [];
    if (!this.ignoresSoftReset) this.#dropsPending = true;
    this.#changed();
  }

  #deviceId(): Uint8Array {
    const { deviceId = 'MFG:ZFake;MDL:LabelPrinter 420;CMD:ZPL;CLS:PRINTER;' } = this.#options;
    if (typeof deviceId !== 'string') return deviceId;
    const length = deviceId.length + 2;
    return Buffer.concat([Uint8Array.of(length >> 8, length & 0xff), Buffer.from(deviceId)]);
  }

  async #answerOrNot(timeoutMs: number, check: () => void): Promise<void> {
    check();
    if (this.#deafUntil === undefined) return;
    await this.#within(timeoutMs, async () => {
      while (this.#deafUntil !== undefined) {
        await this.#change.promise;
        check();
      }
    });
  }

  #cure(remedy: Remedy): void {
    if (this.#deafUntil === remedy) this.#deafUntil = undefined;
    this.#changed();
  }

  async #within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    using deadline = startDeadline(this.#options.clock, timeoutMs);
    try {
      return await abortable(work(), deadline.signal);
    } catch (error) {
      if (deadline.expired) throw this.#error('timed-out');
      throw error;
    }
  }

  #error(code: 'closed' | 'device-gone' | 'timed-out' | 'stalled'): HalError {
    return new HalError(code, `USB device ${this.info.path}`);
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
