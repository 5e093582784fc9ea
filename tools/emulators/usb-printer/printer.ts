// An emulated USB printer, whatever carries its transfers: descriptors, class requests, and pipes.
import { createHash } from 'node:crypto';
import type { Clock } from '../../../hal/contract.ts';
import { sleep } from '../../../hal/time.ts';
import type { Behaviour } from './behaviour.ts';
import type { EmulatedModel } from './descriptors.ts';
import {
  changeOr,
  type EmulatedUsbDevice,
  isStandardRequest,
  type Setup,
  standardRequest,
  type TransferEnd,
} from './device.ts';
import { IppChannels, type IppChannelsOptions } from './ipp-channels.ts';
import { ippProtocol } from './models.ts';

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
  /** Where its IPP channels lead; without it they take everything, and say nothing. */
  readonly ipp?: Omit<IppChannelsOptions, 'onChange'>;
}

const defaultPortStatus = 0x18;
const endpointNumberMask = 0x0f;
const usefulIdBytes = 1024;
const restartMs = 3_000;

export class EmulatedUsbPrinter implements EmulatedUsbDevice {
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
  /** A reset of its port ends what is held: its host takes it for not sent. */
  #resets = 0;
  readonly #ipp: IppChannels | undefined;
  #said: Buffer[] = [];
  #change = Promise.withResolvers<void>();

  constructor({ model, clock, onBytes, behaviour, ipp }: UsbPrinterOptions) {
    this.model = model;
    this.#clock = clock;
    this.#onBytes = onBytes ?? (() => {});
    this.#behaviour = behaviour ?? {};
    this.#ipp = ipp && new IppChannels({ ...ipp, onChange: () => this.#notify() });
  }

  get isPlugged(): boolean {
    return this.#isPlugged;
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
    this.#ipp?.breakAll();
    this.#notify();
  }

  plug(): void {
    this.#isPlugged = true;
    this.#pluggedBytes = 0;
    this.#alternates.clear();
    this.#notify();
  }

  reset(): void {
    this.#alternates.clear();
    this.#resets += 1;
    this.#said = [];
    this.#ipp?.breakAll();
    this.#notify();
  }

  alternateOf(interfaceNumber: number): number {
    return this.#alternates.get(interfaceNumber) ?? 0;
  }

  selectAlternate(interfaceNumber: number, alternate: number): void {
    this.#alternates.set(interfaceNumber, alternate);
  }

  control(setup: Setup): TransferEnd<Buffer> | undefined {
    if (isStandardRequest(setup)) return standardRequest(this, setup);
    return this.#behaviour.deaf === true ? undefined : this.#classRequest(setup);
  }

  async bulkOut(
    endpoint: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<TransferEnd<number>> {
    this.#pending += 1;
    this.#notify();
    try {
      return await this.#take(endpoint, bytes, signal);
    } finally {
      this.#pending -= 1;
      this.#notify();
    }
  }

  async bulkIn(
    endpoint: number,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<TransferEnd<Buffer>> {
    while (!signal.aborted) {
      const part = this.#nextSaid(endpoint, maxBytes);
      if (part !== undefined) return { kind: 'done', value: part };
      await changeOr(this, signal);
    }
    return { kind: 'done', value: Buffer.alloc(0) };
  }

  unsay(endpoint: number, bytes: Buffer): void {
    const channel = this.#channelOf(endpoint);
    if (channel === undefined) this.#said.unshift(bytes);
    else this.#ipp?.unread(channel, bytes);
    this.#notify();
  }

  #nextSaid(endpoint: number, maxBytes: number): Buffer | undefined {
    const channel = this.#channelOf(endpoint);
    if (channel !== undefined) return this.#ipp?.read(channel, maxBytes);
    const part = this.#said.shift();
    if (part !== undefined && part.length > maxBytes) this.#said.unshift(part.subarray(maxBytes));
    return part?.subarray(0, maxBytes);
  }

  /** The interface whose alternate setting in use makes this endpoint an IPP channel. */
  #channelOf(endpoint: number): number | undefined {
    const number = endpoint & endpointNumberMask;
    return this.model.interfaces.find(
      (each) =>
        each.protocol === ippProtocol &&
        each.alternate === this.alternateOf(each.number) &&
        (each.outEndpoint === number || ((each.inEndpoint ?? 0) & endpointNumberMask) === number),
    )?.number;
  }

  async #take(
    endpoint: number,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<TransferEnd<number>> {
    const since = { flushes: this.#flushes, resets: this.#resets };
    for (;;) {
      const isOver = signal.aborted || this.#resets !== since.resets;
      if (isOver || !this.#isPlugged) return { kind: 'done', value: 0 };
      if (this.#flushes !== since.flushes) return { kind: 'done', value: bytes.length };
      const { holdAtByte, stallAtByte } = this.#behaviour;
      if (!this.#hasStalled && stallAtByte !== undefined && this.#pluggedBytes >= stallAtByte) {
        this.#hasStalled = true;
        return { kind: 'stall' };
      }
      if (holdAtByte === undefined || this.#pluggedBytes < holdAtByte) break;
      await changeOr(this, signal);
    }
    const { bytesPerSecond, unplugAtByte, resetAtByte } = this.#behaviour;
    if (bytesPerSecond !== undefined) {
      await sleep(this.#clock, (bytes.length / bytesPerSecond) * 1000);
    }
    const goneAtByte = Math.min(unplugAtByte ?? Infinity, resetAtByte ?? Infinity);
    const leftBytes = Math.max(0, goneAtByte - this.#pluggedBytes);
    const taken = bytes.subarray(0, leftBytes);
    const channel = this.#channelOf(endpoint);
    if (channel !== undefined) await this.#ipp?.write(channel, taken);
    this.#keep(taken, channel === undefined);
    if (this.#pluggedBytes >= goneAtByte) this.#leave(goneAtByte === resetAtByte);
    return { kind: 'done', value: bytes.length };
  }

  #leave(comesBack: boolean): void {
    this.unplug();
    if (!comesBack) return;
    // Once: as a printer does that was switched off and on.
    this.#behaviour = { ...this.#behaviour, resetAtByte: undefined };
    this.#clock.startTimer(restartMs, () => this.plug());
  }

  #keep(bytes: Uint8Array, isRaw: boolean): void {
    if (isRaw) this.#onBytes(bytes);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    this.#pluggedBytes += bytes.length;
    this.#notify();
  }

  /** USB Device Class Definition for Printing Devices 1.1, 4.2. */
  #classRequest({ request, length }: Setup): TransferEnd<Buffer> {
    const empty = Buffer.alloc(0);
    if (request === 0) {
      return { kind: 'done', value: Buffer.from(this.#deviceId().subarray(0, length)) };
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

  #deviceId(): Uint8Array {
    switch (this.#behaviour.deviceId) {
      case 'garbage':
        return Uint8Array.from({ length: usefulIdBytes }, (_each, at) => at * 73);
      case 'endless':
        return Buffer.alloc(0xffff, this.model.deviceId.subarray(2));
      case undefined:
        return this.model.deviceId;
    }
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
