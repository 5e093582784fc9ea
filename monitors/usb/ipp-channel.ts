// IPP over USB (IPP-USB 1.0): an interface of a printer as a connection, over which HTTP is spoken.
import type {
  Clock,
  TcpConnection,
  UsbDeviceInfo,
  UsbInterface,
  UsbInterfaceInfo,
} from '../../hal/contract.ts';
import { HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import type { LocalDevices } from '../contract.ts';
import type { UsbFinder } from './finder.ts';
import { ippInterfaces, pipesOf } from './interfaces.ts';
import { usbMonitorLimits as limits } from './limits.ts';

export interface IppUsb {
  /**
   * Takes a free interface of the printer, for one exchange after another: USB has no FIN, so where
   * an answer ends HTTP must say. Waits for one that is being given back. Rejects with `not-found`,
   * `busy` (all are in use), `timed-out` and as openUsb.
   */
  connect(
    key: string,
    request: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<TcpConnection>;
}

export interface IppUsbOptions {
  readonly devices: Pick<LocalDevices, 'openUsb'>;
  readonly finder: UsbFinder;
  readonly clock: Clock;
}

export function createIppUsb({ devices, finder, clock }: IppUsbOptions): IppUsb {
  /** Interfaces that are being given back. */
  const closing = new Set<Promise<void>>();
  /** Those on which the rest of an answer may lie, by plugging and number. */
  const unclean = new Set<string>();

  const openOne = async (device: UsbDeviceInfo, info: UsbInterfaceInfo, pipes: BothPipes) => {
    const usbInterface = await devices.openUsb(device, info);
    const name = nameOf(device, info);
    try {
      if (unclean.has(name)) await drain(usbInterface, pipes.in);
    } catch (error) {
      await usbInterface.close();
      throw error;
    }
    unclean.delete(name);
    const onClosing = (work: Promise<void>, isClean: boolean) => {
      if (!isClean && unclean.size < limits.uncleanInterfaces) unclean.add(name);
      closing.add(work);
      void work.finally(() => closing.delete(work));
    };
    return new UsbConnection(usbInterface, pipes, `USB device ${device.path}`, onClosing);
  };

  const openFree = async (device: UsbDeviceInfo): Promise<TcpConnection | 'busy'> => {
    let isBusy = false;
    // One that has to be read empty first is for when there is no other.
    const isUnclean = (info: UsbInterfaceInfo) => Number(unclean.has(nameOf(device, info)));
    const inOrder = ippInterfaces(device).toSorted((a, b) => isUnclean(a) - isUnclean(b));
    for (const info of inOrder) {
      const pipes = pipesOf(info);
      if (pipes?.in === undefined) continue;
      try {
        return await openOne(device, info, { out: pipes.out, in: pipes.in });
      } catch (error) {
        // Another exchange has this one; a printer has several for that.
        if (!isHalError(error, 'busy')) throw toHalError(error, `USB device ${device.path}`);
        isBusy = true;
      }
    }
    if (isBusy) return 'busy';
    const detail = 'it has no IPP over USB';
    throw new HalError('not-found', `USB device ${device.path}`, { detail });
  };

  return {
    async connect(key, { timeoutMs, signal }) {
      using deadline = startDeadline(clock, timeoutMs, signal);
      const [device, ...twins] = await abortable(finder.find(key), deadline.signal);
      if (device === undefined || twins.length > 0) throw new HalError('not-found', key);
      for (;;) {
        const opened = await openFree(device);
        if (opened !== 'busy') return opened;
        if (closing.size === 0) throw new HalError('busy', key);
        await abortable(Promise.race(closing), deadline.signal);
      }
    },
  };
}

function nameOf({ path, address }: UsbDeviceInfo, { number }: UsbInterfaceInfo): string {
  return `${path}@${address}:${number}`;
}

interface BothPipes {
  readonly out: number;
  readonly in: number;
}

/** What is left of an answer that nobody waited for would be taken for the next one's. */
async function drain(usbInterface: UsbInterface, pipe: number): Promise<void> {
  for (let round = 0; round < limits.drainRounds; round += 1) {
    const left = await usbInterface.transferIn(pipe, limits.listenBytes, limits.drainMs);
    if (left === undefined) return;
  }
}

class UsbConnection implements TcpConnection {
  readonly local;
  readonly remote;
  readonly #usbInterface: UsbInterface;
  readonly #pipes: BothPipes;
  readonly #subject: string;
  readonly #life = new AbortController();
  #takenBytes = 0;
  #underWay: Promise<void> | undefined;

  readonly #onClosing: (work: Promise<void>, isClean: boolean) => void;

  constructor(
    usbInterface: UsbInterface,
    pipes: BothPipes,
    subject: string,
    onClosing: (work: Promise<void>, isClean: boolean) => void,
  ) {
    this.#onClosing = onClosing;
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

  /** A transfer ends when the device has taken it. */
  unacknowledgedBytes() {
    return undefined;
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
      const { listenBytes, answerTurnMs } = limits;
      const said = await this.#usbInterface.transferIn(this.#pipes.in, listenBytes, answerTurnMs);
      if (said !== undefined && said.length > 0) return said;
    }
  }

  async endWrite(): Promise<void> {
    await this.settled();
  }

  reset(): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    // A reset of the port empties the pipes as well.
    const isClean = this.#underWay !== undefined;
    this.#onClosing(this.#resetAndClose(), isClean);
  }

  async close(): Promise<void> {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    const work = this.#usbInterface.close();
    this.#onClosing(work, true);
    await work;
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
