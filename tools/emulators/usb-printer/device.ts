// An emulated USB device as its carriers (usbredir, USB/IP) see it, and what all devices answer.
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

export interface EmulatedUsbDevice {
  readonly model: EmulatedModel;
  readonly isPlugged: boolean;
  /** Resolves at the next change of anything. */
  readonly changed: Promise<void>;
  alternateOf(interfaceNumber: number): number;
  selectAlternate(interfaceNumber: number, alternate: number): void;
  /** Its port was reset (USB 2.0 9.1.1), or it was configured anew: it is as if just plugged in. */
  reset(): void;
  /** A request on the control pipe; undefined: it never answers. */
  control(setup: Setup): TransferEnd<Buffer> | undefined;
  /**
   * Resolves when the device has taken all. Who carries transfers sees to it that an endpoint has
   * one at a time.
   */
  bulkOut(endpoint: number, bytes: Uint8Array, signal: AbortSignal): Promise<TransferEnd<number>>;
  /** Resolves when the device says something; with nothing where `signal` aborts. */
  bulkIn(endpoint: number, maxBytes: number, signal: AbortSignal): Promise<TransferEnd<Buffer>>;
  /** The host gave a transfer up before its bytes arrived: they are still to be said. */
  unsay(endpoint: number, bytes: Buffer): void;
}

export const controlEndpoint = 0;

const inBit = 0x80;
const typeMask = 0x60;
const standardType = 0;
const descriptorTypes = { device: 1, configuration: 2, string: 3, qualifier: 6 } as const;

export function isStandardRequest({ requestType }: Setup): boolean {
  return (requestType & typeMask) === standardType;
}

/** Where the device never answers, the transfer ends by its signal. */
export async function controlTransfer(
  device: Pick<EmulatedUsbDevice, 'control'>,
  setup: Setup,
  signal: AbortSignal,
): Promise<TransferEnd<Buffer>> {
  const end = device.control(setup);
  if (end !== undefined) return end;
  await aborted(signal);
  return { kind: 'stall' };
}

/** What a reading transfer came to did not arrive. */
export function unsayEnd(
  device: Pick<EmulatedUsbDevice, 'unsay'>,
  endpoint: number,
  end: TransferEnd<Buffer>,
): void {
  if (end.kind === 'done' && end.value.length > 0) device.unsay(endpoint, end.value);
}

/** USB 2.0 9.4. */
export function standardRequest(
  device: Pick<EmulatedUsbDevice, 'model' | 'alternateOf' | 'selectAlternate' | 'reset'>,
  setup: Setup,
): TransferEnd<Buffer> {
  const answer = answerTo(device, setup);
  if (answer === undefined) return { kind: 'stall' };
  return { kind: 'done', value: answer.subarray(0, setup.length) };
}

function answerTo(
  device: Pick<EmulatedUsbDevice, 'model' | 'alternateOf' | 'selectAlternate' | 'reset'>,
  { requestType, request, value, index }: Setup,
): Buffer | undefined {
  const isIn = (requestType & inBit) !== 0;
  switch (request) {
    case 0:
      return Buffer.from([1, 0]);
    case 6:
      return descriptor(device.model, value >> 8, value & 0xff);
    case 8:
      return Buffer.from([1]);
    case 9:
      // By USB/IP all that is seen of a reset of the port.
      device.reset();
      return Buffer.alloc(0);
    case 10:
      return Buffer.from([device.alternateOf(index)]);
    case 11:
      device.selectAlternate(index, value);
      return Buffer.alloc(0);
    default:
      // Set Address, the features: there is nothing to do for them.
      return isIn ? undefined : Buffer.alloc(0);
  }
}

function descriptor(model: EmulatedModel, type: number, index: number): Buffer | undefined {
  switch (type) {
    case descriptorTypes.device:
      return deviceDescriptor(model);
    case descriptorTypes.configuration:
      return configurationDescriptor(model);
    case descriptorTypes.string:
      return stringDescriptor(model, index);
    case descriptorTypes.qualifier:
      return qualifierDescriptor();
    default:
      return undefined;
  }
}

/** Resolves at the next change of the device, or when `signal` aborts. */
export async function changeOr(
  device: Pick<EmulatedUsbDevice, 'changed'>,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  await Promise.race([device.changed, aborted(signal, over.signal)]);
  over.abort();
}

/** Resolves when `signal` aborts; `over` ends the wait. */
async function aborted(signal: AbortSignal, over?: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const options = { once: true, ...(over === undefined ? {} : { signal: over }) };
  signal.addEventListener('abort', () => resolve(), options);
  await promise;
}

export async function untilUnplugged(
  device: Pick<EmulatedUsbDevice, 'isPlugged' | 'changed'>,
): Promise<void> {
  while (device.isPlugged) await device.changed;
}
