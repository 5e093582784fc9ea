// IPP over USB (IPP-USB 1.0): an interface of a printer as a connection, over which HTTP is spoken.
import type { TcpConnection, UsbDeviceInfo, UsbInterface } from '../../hal/contract.ts';
import { HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable } from '../../hal/time.ts';
import type { LocalDevices } from '../contract.ts';
import type { UsbFinder } from './finder.ts';
import { ippInterfaces, type Pipes, pipesOf } from './interfaces.ts';
import { usbMonitorLimits as limits } from './limits.ts';

export interface IppUsb {
  /**
   * Takes a free interface of the printer, for one exchange after another: USB has no FIN, so where
   * an answer ends HTTP must say. Rejects with `not-found`, `busy` (all are in use) and as openUsb.
   */
  connect(key: string, signal?: AbortSignal): Promise<TcpConnection>;
}

export function createIppUsb(options: {
  readonly devices: Pick<LocalDevices, 'openUsb'>;
  readonly finder: UsbFinder;
}): IppUsb {
  return {
    async connect(key, signal) {
      const [device, ...twins] = await abortable(options.finder.find(key), signal);
      if (device === undefined || twins.length > 0) throw new HalError('not-found', key);
      return openFree(options.devices, device);
    },
  };
}

async function openFree(
  devices: Pick<LocalDevices, 'openUsb'>,
  device: UsbDeviceInfo,
): Promise<TcpConnection> {
  const subject = `USB device ${device.path}`;
  let failure = new HalError('not-found', subject, { detail: 'it has no IPP over USB' });
  for (const info of ippInterfaces(device)) {
    const pipes = pipesOf(info);
    if (pipes?.in === undefined) continue;
    try {
      const usbInterface = await devices.openUsb(device, info);
      return new UsbConnection(usbInterface, { out: pipes.out, in: pipes.in }, subject);
    } catch (error) {
      failure = toHalError(error, subject);
      // Another exchange has this one; a printer has several for that.
      if (!isHalError(error, 'busy')) throw failure;
    }
  }
  throw failure;
}

class UsbConnection implements TcpConnection {
  readonly local;
  readonly remote;
  readonly #usbInterface: UsbInterface;
  readonly #pipes: Required<Pipes> & { readonly in: number };
  readonly #subject: string;
  readonly #life = new AbortController();
  #takenBytes = 0;
  #underWay: Promise<void> | undefined;

  constructor(usbInterface: UsbInterface, pipes: { out: number; in: number }, subject: string) {
    this.#usbInterface = usbInterface;
    this.#pipes = pipes;
    this.#subject = subject;
    // There are no addresses; the interface tells two connections apart.
    this.local = { address: 'usb', port: usbInterface.info.number };
    this.remote = { address: subject, port: usbInterface.info.number };
  }

  get takenBytes() {
    return this.#takenBytes;
  }

  write(chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#underWay !== undefined) throw new Error('one write at a time: use settled() first');
    const work = this.#transferAll(chunk);
    // A failed write stays: settled() rejects as it did.
    work.catch(() => {});
    this.#underWay = work;
    return this.#bounded(work, signal);
  }

  settled(signal?: AbortSignal): Promise<void> {
    return this.#bounded(this.#underWay ?? Promise.resolve(), signal);
  }

  async read(signal?: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      if (signal?.aborted) throw new HalError('aborted', this.#subject);
      this.#mustBeOpen();
      // Not given up in the middle: what came until then would be lost.
      const { listenBytes, listenMs } = limits;
      const said = await this.#usbInterface.transferIn(this.#pipes.in, listenBytes, listenMs);
      if (said !== undefined && said.length > 0) return said;
    }
  }

  async endWrite(): Promise<void> {
    await this.settled();
  }

  reset(): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    void this.#resetAndClose();
  }

  async close(): Promise<void> {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    await this.#usbInterface.close();
  }

  async #transferAll(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.#mustBeOpen();
      const piece = chunk.subarray(at, at + limits.chunkBytes);
      const taken = await this.#usbInterface.transferOut(this.#pipes.out, piece, limits.transferMs);
      at += taken;
      this.#takenBytes += taken;
    }
    this.#underWay = undefined;
  }

  /** Only a reset of the port ends a transfer that the printer holds. */
  async #resetAndClose(): Promise<void> {
    try {
      if (this.#underWay !== undefined) await this.#usbInterface.resetPort();
    } catch {
      // The device is gone, which ends the transfer as well.
    }
    await this.#usbInterface.close();
  }

  #bounded<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { signal: life } = this.#life;
    return abortable(work, signal === undefined ? life : AbortSignal.any([signal, life]));
  }

  #mustBeOpen(): void {
    if (this.#life.signal.aborted) throw new HalError('closed', this.#subject);
  }
}
