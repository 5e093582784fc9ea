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
   * an answer ends HTTP must say. Waits for one that is in use here. Rejects with `not-found`,
   * `busy` (another program has all, or they stay in use), `io-error` (an answer without an end,
   * after which the port was reset) and as openUsb.
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
  /** Interfaces in use here, by plugging: when each is given back. */
  const inUse = new Map<Promise<void>, string>();
  /** Those on which the rest of an answer may lie, by plugging and number. */
  const unclean = new Set<string>();

  const openOne = async (device: UsbDeviceInfo, info: UsbInterfaceInfo, pipes: BothPipes) => {
    const name = nameOf(device, info);
    const isAlone = ![...inUse.values()].includes(pluggingOf(device));
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = () => {
      inUse.delete(ended);
      resolve();
    };
    inUse.set(ended, pluggingOf(device));
    try {
      const usbInterface = await devices.openUsb(device, info);
      if (unclean.has(name)) await clean(usbInterface, pipes.in, device, isAlone);
      unclean.delete(name);
      const onClosing = (work: Promise<void>, isClean: boolean) => {
        if (!isClean && unclean.size < limits.uncleanInterfaces) unclean.add(name);
        void work.finally(end);
      };
      return new UsbConnection(usbInterface, pipes, subjectOf(device), onClosing);
    } catch (error) {
      end();
      throw error;
    }
  };

  /** Closes what can't be used. */
  const clean = async (
    usbInterface: UsbInterface,
    pipe: number,
    device: UsbDeviceInfo,
    mayReset: boolean,
  ) => {
    const subject = subjectOf(device);
    try {
      if (await drain(usbInterface, pipe)) return;
      const detail = 'its last answer has no end';
      // A reset would end a document on another channel too.
      if (!mayReset) throw new HalError('busy', subject, { detail });
      await usbInterface.resetPort();
      for (const info of device.interfaces) unclean.delete(nameOf(device, info));
      throw new HalError('io-error', subject, { detail: `${detail}; its port was reset` });
    } catch (error) {
      await usbInterface.close();
      throw error;
    }
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
        if (!isHalError(error, 'busy')) throw toHalError(error, subjectOf(device));
        isBusy = true;
      }
    }
    if (isBusy) return 'busy';
    throw new HalError('not-found', subjectOf(device), { detail: 'it has no IPP over USB' });
  };

  return {
    async connect(key, { timeoutMs, signal }) {
      using deadline = startDeadline(clock, timeoutMs, signal);
      const [device, ...twins] = await abortable(finder.find(key), deadline.signal);
      if (device === undefined || twins.length > 0) {
        const detail = device === undefined ? 'not plugged in, or off' : 'there are two of it';
        throw new HalError('not-found', key, { detail });
      }
      for (;;) {
        const opened = await openFree(device);
        if (opened !== 'busy') return opened;
        const plugging = pluggingOf(device);
        const own = [...inUse].flatMap(([end, of]) => (of === plugging ? [end] : []));
        const busy = (detail: string) => new HalError('busy', key, { detail });
        if (own.length === 0) throw busy('another program uses the printer');
        try {
          await abortable(Promise.race(own), deadline.signal);
        } catch (error) {
          throw deadline.expired ? busy('all its channels are in use') : error;
        }
      }
    },
  };
}

function subjectOf({ path }: UsbDeviceInfo): string {
  return `USB device ${path}`;
}

/** By socket and address, which a device has for as long as it is plugged in. */
function pluggingOf({ path, address }: UsbDeviceInfo): string {
  return `${path}@${address}`;
}

function nameOf(device: UsbDeviceInfo, { number }: UsbInterfaceInfo): string {
  return `${pluggingOf(device)}:${number}`;
}

interface BothPipes {
  readonly out: number;
  readonly in: number;
}

/**
 * What is left of an answer that nobody waited for would be taken for the next one's. False: it
 * does not end.
 */
async function drain(usbInterface: UsbInterface, pipe: number): Promise<boolean> {
  for (let round = 0; round < limits.drainRounds; round += 1) {
    const left = await usbInterface.transferIn(pipe, limits.listenBytes, limits.drainMs);
    if (left === undefined) return true;
  }
  return false;
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
