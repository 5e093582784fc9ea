// IPP over USB (IPP-USB 1.0): an interface of a printer as a connection, over which HTTP is spoken.
import type { Clock, TcpConnection, UsbDeviceInfo, UsbInterfaceInfo } from '../../hal/contract.ts';
import { HalError, isHalError, toHalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';
import { type BothPipes, IppChannel } from './channel.ts';
import { createChannelPool } from './channel-pool.ts';
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
    request: {
      readonly timeoutMs: number;
      readonly signal?: AbortSignal | undefined;
      /** On whose behalf: his channels stay open for a moment between two exchanges. */
      readonly owner?: string;
    },
  ): Promise<TcpConnection>;
  /** Closes what stayed open for this owner, or for all. */
  release(owner?: string): Promise<void>;
}

export interface IppUsbOptions {
  readonly devices: Pick<LocalDevices, 'openUsb'>;
  readonly finder: UsbFinder;
  readonly clock: Clock;
}

export function createIppUsb({ devices, finder, clock }: IppUsbOptions): IppUsb {
  /** Interfaces in use here, by plugging: when each is given back. */
  const inUse = new Map<Promise<void>, string>();
  const pool = createChannelPool(clock);
  /** Those on which the rest of an answer may lie, by plugging and number. */
  const unclean = new Set<string>();

  const openOne = async (
    device: UsbDeviceInfo,
    info: UsbInterfaceInfo,
    pipes: BothPipes,
    owner: string,
  ) => {
    const name = nameOf(device, info);
    const plugging = pluggingOf(device);
    const isAlone = ![...inUse.values()].includes(plugging);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const end = () => {
      inUse.delete(ended);
      resolve();
    };
    inUse.set(ended, plugging);
    try {
      const parked = pool.take(name, owner);
      const channel = parked ?? new IppChannel(await devices.openUsb(device, info), pipes);
      if (unclean.has(name)) await clean(channel, device, isAlone);
      unclean.delete(name);
      return new UsbConnection(channel, subjectOf(device), {
        onOver() {
          pool.park({ channel, name, plugging, owner });
          end();
        },
        onBroken(work, isClean) {
          if (!isClean && unclean.size < limits.uncleanInterfaces) unclean.add(name);
          // A reset of the port makes all its interfaces invalid.
          if (isClean) void pool.release((each) => each.plugging === plugging);
          void work.finally(end);
        },
      });
    } catch (error) {
      end();
      throw error;
    }
  };

  /** Closes what can't be used. */
  const clean = async (channel: IppChannel, device: UsbDeviceInfo, mayReset: boolean) => {
    const { usbInterface } = channel;
    const subject = subjectOf(device);
    try {
      if (await channel.drain(clock)) return;
      const detail = 'its last answer has no end';
      // A reset would end a document on another channel too.
      if (!mayReset) throw new HalError('busy', subject, { detail });
      await usbInterface.resetPort();
      for (const info of device.interfaces) unclean.delete(nameOf(device, info));
      void pool.release(({ plugging }) => plugging === pluggingOf(device));
      throw new HalError('io-error', subject, { detail: `${detail}; its port was reset` });
    } catch (error) {
      await usbInterface.close();
      throw error;
    }
  };

  const openFree = async (
    device: UsbDeviceInfo,
    owner: string,
  ): Promise<TcpConnection | 'busy'> => {
    let isBusy = false;
    // One that has to be read empty first is for when there is no other.
    const isUnclean = (info: UsbInterfaceInfo) => Number(unclean.has(nameOf(device, info)));
    const inOrder = ippInterfaces(device).toSorted((a, b) => isUnclean(a) - isUnclean(b));
    for (const info of inOrder) {
      const pipes = pipesOf(info);
      if (pipes?.in === undefined) continue;
      try {
        return await openOne(device, info, { out: pipes.out, in: pipes.in }, owner);
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
    async connect(key, { timeoutMs, signal, owner = '' }) {
      using deadline = startDeadline(clock, timeoutMs, signal);
      const [device, ...twins] = await abortable(finder.find(key), deadline.signal);
      if (device === undefined || twins.length > 0) {
        const detail = device === undefined ? 'not plugged in, or off' : 'there are two of it';
        throw new HalError('not-found', key, { detail });
      }
      for (;;) {
        const opened = await openFree(device, owner);
        if (opened !== 'busy') return opened;
        const plugging = pluggingOf(device);
        // Those of another owner are in the way, and not needed just now.
        if (await pool.release((each) => each.plugging === plugging)) continue;
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
    async release(owner) {
      await pool.release((each) => owner === undefined || each.owner === owner);
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

interface ConnectionEnd {
  /** All that was to come has come. */
  onOver(): void;
  /** `work` gives the interface back; `isClean`: nothing is left of an answer. */
  onBroken(work: Promise<void>, isClean: boolean): void;
}

class UsbConnection implements TcpConnection {
  readonly local;
  readonly remote;
  readonly #channel: IppChannel;
  readonly #subject: string;
  readonly #end: ConnectionEnd;
  readonly #life = new AbortController();
  #takenBytes = 0;
  #underWay: Promise<void> | undefined;

  constructor(channel: IppChannel, subject: string, end: ConnectionEnd) {
    this.#channel = channel;
    this.#subject = subject;
    this.#end = end;
    // There are no addresses; the interface tells two connections apart.
    const { number } = channel.usbInterface.info;
    this.local = { address: 'usb', port: number };
    this.remote = { address: subject, port: number };
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
    const isOver = () => this.#life.signal.aborted || signal?.aborted === true;
    for (;;) {
      if (signal?.aborted) throw new HalError('aborted', this.#subject);
      this.#mustBeOpen();
      const said = await this.#heard(isOver, signal);
      if (said !== undefined) return said;
    }
  }

  async endWrite(): Promise<void> {
    await this.settled();
  }

  reset(): void {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    // A reset of the port empties the pipes as well.
    this.#end.onBroken(this.#resetAndClose(), this.#underWay !== undefined);
  }

  async close(): Promise<void> {
    if (this.#life.signal.aborted) return;
    if (this.#underWay !== undefined) return this.reset();
    this.#life.abort();
    this.#end.onOver();
  }

  async #heard(isOver: () => boolean, signal: AbortSignal | undefined) {
    try {
      return await this.#bounded(this.#channel.next(isOver), signal);
    } catch (error) {
      this.#mustBeOpen();
      throw error;
    }
  }

  async #transferAll(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      this.#mustBeOpen();
      const piece = chunk.subarray(at, at + limits.chunkBytes);
      const { usbInterface, pipes } = this.#channel;
      const taken = await usbInterface.transferOut(pipes.out, piece, limits.transferMs);
      at += taken;
      this.#takenBytes += taken;
    }
    this.#underWay = undefined;
  }

  /** Only a reset of the port ends a transfer that the printer holds. */
  async #resetAndClose(): Promise<void> {
    try {
      if (this.#underWay !== undefined) await this.#channel.usbInterface.resetPort();
    } catch {
      // The device is gone, which ends the transfer as well.
    }
    await this.#channel.usbInterface.close();
  }

  #bounded<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const { signal: life } = this.#life;
    return abortable(work, signal === undefined ? life : AbortSignal.any([signal, life]));
  }

  #mustBeOpen(): void {
    if (this.#life.signal.aborted) throw new HalError('closed', this.#subject);
  }
}
