// An emulated USB printer, whatever carries its transfers: descriptors, class requests, and pipes.
import { createHash } from 'node:crypto';
import type { Clock } from '../../../hal/contract.ts';
import { sleep } from '../../../hal/time.ts';
import type { Behaviour } from './behaviour.ts';
import {
  configurationDescriptor,
  deviceDescriptor,
  type EmulatedModel,
  qualifierDescriptor,
  stringDescriptor,
} from './descriptors.ts';

/** The eight bytes that begin a control transfer (USB 2.0 9.3). */
export interface Setup {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

export type TransferEnd<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'stall' };

export interface UsbPrinterRecord {
  /** Of all bytes that it took since it was made or told to forget them. */
  readonly bytes: number;
  readonly sha256: string;
  readonly softResets: number;
  readonly isPlugged: boolean;
  /** OUT transfers that it holds. */
  readonly pending: number;
}

export interface UsbPrinterOptions {
  readonly model: EmulatedModel;
  readonly clock: Clock;
  /** Gets the bytes of raw documents. */
  readonly onBytes?: (bytes: Uint8Array) => void;
  readonly behaviour?: Behaviour;
}

const defaultPortStatus = 0x18;
const inBit = 0x80;
const typeMask = 0x60;
const classType = 0x20;
const descriptorTypes = { device: 1, configuration: 2, string: 3, qualifier: 6 } as const;

export class EmulatedUsbPrinter {
  readonly model: EmulatedModel;
  readonly #clock: Clock;
  readonly #onBytes: (bytes: Uint8Array) => void;
  readonly #alternates = new Map<number, number>();
  #behaviour: Behaviour;
  #hash = createHash('sha256');
  #bytes = 0;
  /** Since it was plugged in. */
  #pluggedBytes = 0;
  #softResets = 0;
  #pending = 0;
  #isPlugged = true;
  #hasStalled = false;
  /** A soft reset empties the buffers: what was held is taken, and thrown away. */
  #flushes = 0;
  #lastOut: Promise<unknown> = Promise.resolve();
  #said: Buffer[] = [];
  #change = Promise.withResolvers<void>();

  constructor({ model, clock, onBytes, behaviour }: UsbPrinterOptions) {
    this.model = model;
    this.#clock = clock;
    this.#onBytes = onBytes ?? (() => {});
    this.#behaviour = behaviour ?? {};
  }

  record(): UsbPrinterRecord {
    return {
      bytes: this.#bytes,
      sha256: this.#hash.copy().digest('hex'),
      softResets: this.#softResets,
      isPlugged: this.#isPlugged,
      pending: this.#pending,
    };
  }

  /** Resolves at the next change of anything. */
  get changed(): Promise<void> {
    return this.#change.promise;
  }

  async until(wanted: (record: UsbPrinterRecord) => boolean): Promise<UsbPrinterRecord> {
    while (!wanted(this.record())) await this.#change.promise;
    return this.record();
  }

  /** Replaces the whole behaviour; `{}` is a printer that works. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#hasStalled = false;
    this.#notify();
  }

  /** Forgets what it took. */
  clear(): void {
    this.#hash = createHash('sha256');
    this.#bytes = 0;
    this.#pluggedBytes = 0;
  }

  say(text: string): void {
    this.#said.push(Buffer.from(text));
    this.#notify();
  }

  unplug(): void {
    this.#isPlugged = false;
    this.#said = [];
    this.#notify();
  }

  plug(): void {
    this.#isPlugged = true;
    this.#pluggedBytes = 0;
    this.#alternates.clear();
    this.#notify();
  }

  alternateOf(interfaceNumber: number): number {
    return this.#alternates.get(interfaceNumber) ?? 0;
  }

  selectAlternate(interfaceNumber: number, alternate: number): void {
    this.#alternates.set(interfaceNumber, alternate);
  }

  /** A request on the control pipe; undefined: it never answers. */
  control(setup: Setup): TransferEnd<Buffer> | undefined {
    if ((setup.requestType & typeMask) === classType) {
      return this.#behaviour.deaf === true ? undefined : this.#classRequest(setup);
    }
    const answer = this.#standardRequest(setup);
    if (answer === undefined) return { kind: 'stall' };
    return { kind: 'done', value: answer.subarray(0, setup.length) };
  }

  /** Resolves when the printer has taken all; one after another; given up where `signal` aborts. */
  bulkOut(bytes: Uint8Array, signal: AbortSignal): Promise<TransferEnd<number>> {
    const flushes = this.#flushes;
    this.#pending += 1;
    this.#notify();
    const turn = this.#lastOut.then(() => this.#take(bytes, flushes, signal));
    this.#lastOut = turn;
    return turn.finally(() => {
      this.#pending -= 1;
      this.#notify();
    });
  }

  /** Resolves when the printer says something; with nothing where `signal` aborts. */
  async bulkIn(maxBytes: number, signal: AbortSignal): Promise<TransferEnd<Buffer>> {
    while (!signal.aborted) {
      const part = this.#said.shift();
      if (part !== undefined) {
        if (part.length > maxBytes) this.#said.unshift(part.subarray(maxBytes));
        return { kind: 'done', value: part.subarray(0, maxBytes) };
      }
      await this.#changeOr(signal);
    }
    return { kind: 'done', value: Buffer.alloc(0) };
  }

  async #take(
    bytes: Uint8Array,
    flushes: number,
    signal: AbortSignal,
  ): Promise<TransferEnd<number>> {
    for (;;) {
      if (signal.aborted || !this.#isPlugged) return { kind: 'done', value: 0 };
      if (this.#flushes !== flushes) return { kind: 'done', value: bytes.length };
      const { holdAtByte, stallAtByte } = this.#behaviour;
      if (!this.#hasStalled && stallAtByte !== undefined && this.#pluggedBytes >= stallAtByte) {
        this.#hasStalled = true;
        return { kind: 'stall' };
      }
      if (holdAtByte === undefined || this.#pluggedBytes < holdAtByte) break;
      await this.#changeOr(signal);
    }
    const { bytesPerSecond, unplugAtByte } = this.#behaviour;
    if (bytesPerSecond !== undefined) {
      await sleep(this.#clock, (bytes.length / bytesPerSecond) * 1000);
    }
    const leftBytes = Math.max(0, (unplugAtByte ?? Infinity) - this.#pluggedBytes);
    this.#keep(bytes.subarray(0, leftBytes));
    if (unplugAtByte !== undefined && this.#pluggedBytes >= unplugAtByte) this.unplug();
    return { kind: 'done', value: bytes.length };
  }

  #keep(bytes: Uint8Array): void {
    this.#onBytes(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#pluggedBytes += bytes.length;
    this.#notify();
  }

  /** USB Device Class Definition for Printing Devices 1.1, 4.2. */
  #classRequest({ request, length }: Setup): TransferEnd<Buffer> {
    const empty = Buffer.alloc(0);
    if (request === 0) {
      return { kind: 'done', value: Buffer.from(this.model.deviceId.subarray(0, length)) };
    }
    if (request === 1) {
      const status = this.#behaviour.portStatus ?? defaultPortStatus;
      return { kind: 'done', value: Buffer.from([status]) };
    }
    if (request !== 2) return { kind: 'stall' };
    this.#softResets += 1;
    this.#flushes += 1;
    this.#said = [];
    this.#notify();
    return { kind: 'done', value: empty };
  }

  #standardRequest({ requestType, request, value, index }: Setup): Buffer | undefined {
    const isIn = (requestType & inBit) !== 0;
    switch (request) {
      case 0:
        return Buffer.from([1, 0]);
      case 6:
        return this.#descriptor(value >> 8, value & 0xff);
      case 8:
        return Buffer.from([1]);
      case 10:
        return Buffer.from([this.alternateOf(index)]);
      case 11:
        this.selectAlternate(index, value);
        return Buffer.alloc(0);
      default:
        // Set Configuration, Set Address, the features: there is nothing to do for them.
        return isIn ? undefined : Buffer.alloc(0);
    }
  }

  #descriptor(type: number, index: number): Buffer | undefined {
    switch (type) {
      case descriptorTypes.device:
        return deviceDescriptor(this.model);
      case descriptorTypes.configuration:
        return configurationDescriptor(this.model);
      case descriptorTypes.string:
        return stringDescriptor(this.model, index);
      case descriptorTypes.qualifier:
        return qualifierDescriptor();
      default:
        return undefined;
    }
  }

  async #changeOr(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => aborted.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    await Promise.race([this.#change.promise, aborted.promise]);
    signal.removeEventListener('abort', onAbort);
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
