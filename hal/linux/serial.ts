// Serial ports: serialport's addon opens and sets the line, reading and writing are ours; which
// ports there are, the kernel's device tree tells.
import { read as readNow, write as writeNow } from 'node:fs';
import { access, readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type {
  Clock,
  ModemLines,
  SerialLine,
  SerialPort,
  SerialPortInfo,
  SerialPorts,
} from '../contract.ts';
import { HalError, type HalErrorCode, isHalError, toHalError } from '../errors.ts';
import { abortable, sleep } from '../time.ts';
import { serialLimits as limits } from './limits.ts';

const writeToDescriptor = promisify(writeNow);
const readFromDescriptor = promisify(readNow);
const ttyClass = '/sys/class/tty';

/**
 * The functions of serialport's addon. Its own port object is left out: its poller forgets who
 * waits to write when somebody begins to wait to read, and ends the process when it is destroyed.
 */
type Addon = typeof import('@serialport/bindings-cpp/dist/load-bindings.js');

/** Rejects where the library can't be loaded on this machine. */
export async function loadSerialLibrary(): Promise<void> {
  await import('@serialport/bindings-cpp/dist/load-bindings.js');
}

export function createLinuxSerial({ clock }: { readonly clock: Clock }): SerialPorts {
  let lastDrain: Promise<unknown> = Promise.resolve();
  /** One at a time: each holds a thread of the pool for as long as its printer holds the line. */
  const drainInTurn = (work: () => Promise<unknown>): Promise<unknown> => {
    const turn = lastDrain.then(work);
    // The next port does not care how this one ended; its caller does.
    lastDrain = turn.catch(() => {});
    return turn;
  };
  return {
    async open(path, line) {
      // Loaded by the first port that is opened: most appliances have none.
      const addon: Addon = await import('@serialport/bindings-cpp/dist/load-bindings.js');
      try {
        await access(path);
        const descriptor = await called(addon.asyncOpen, path, openOptions(line));
        if (typeof descriptor !== 'number') throw new Error('was opened without a descriptor');
        const port = new LinuxSerialPort({ addon, descriptor, path, line, clock, drainInTurn });
        // Opening raised DTR and RTS; a port without such lines keeps what it has.
        if (!line.dtr) await port.dropDtr();
        return port;
      } catch (error) {
        throw addonError(error, path);
      }
    },
    list: listSerialPorts,
  };
}

function openOptions(line: SerialLine) {
  return {
    baudRate: line.baudRate,
    dataBits: line.dataBits,
    parity: line.parity,
    stopBits: line.stopBits,
    rtscts: line.flow === 'rts-cts',
    xon: line.flow === 'xon-xoff',
    xoff: line.flow === 'xon-xoff',
    xany: false,
    hupcl: true,
    lock: true,
    vmin: 1,
    vtime: 0,
  };
}

/** The addon's functions have no types of their own. */
async function called(work: Function, ...args: readonly unknown[]): Promise<unknown> {
  const answer: unknown = await Reflect.apply(work, undefined, args);
  return answer;
}

interface OpenSerial {
  readonly addon: Addon;
  /** Never waits (O_NONBLOCK). */
  readonly descriptor: number;
  readonly path: string;
  readonly line: SerialLine;
  readonly clock: Clock;
  readonly drainInTurn: (work: () => Promise<unknown>) => Promise<unknown>;
}

class LinuxSerialPort implements SerialPort {
  readonly #open: OpenSerial;
  readonly #life = new AbortController();
  /** What uses the descriptor just now: it is closed when nothing does. */
  readonly #uses = new Set<Promise<unknown>>();

  constructor(open: OpenSerial) {
    this.#open = open;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const { descriptor } = this.#open;
    try {
      return (await this.#use(() => writeToDescriptor(descriptor, bytes))).bytesWritten;
    } catch (error) {
      this.#orWouldBlock(error);
      return 0;
    }
  }

  async read(): Promise<Uint8Array> {
    let pauseMs: number = limits.lookFirstMs;
    for (;;) {
      const said = await this.#readNow();
      if (said !== undefined) return said;
      await this.#pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, limits.lookLastMs);
    }
  }

  async settled(signal: AbortSignal): Promise<void> {
    const { addon, descriptor, line, drainInTurn } = this.#open;
    while (line.flow === 'rts-cts' && (await this.lines())?.cts === false) {
      await this.#pause(limits.lookLastMs, signal);
    }
    const drained = drainInTurn(async () => {
      if (!signal.aborted) await this.#use(() => called(addon.asyncDrain, descriptor));
    });
    // Closing drops what is unsent, which ends a drain that nobody waits for any more.
    drained.catch(() => {});
    await abortable(drained, signal);
  }

  async lines(): Promise<ModemLines | undefined> {
    const { addon, descriptor } = this.#open;
    try {
      const lines = await this.#use(() => called(addon.asyncGet, descriptor));
      return modemLinesOf(lines);
    } catch {
      // A pseudo-terminal, or an adapter that does not tell: both have no lines to speak of.
      return undefined;
    }
  }

  async dropDtr(): Promise<void> {
    const { addon, descriptor } = this.#open;
    try {
      await this.#use(() => called(addon.asyncSet, descriptor, { dtr: false, rts: true }));
    } catch (error) {
      await this.close({ dropUnsent: true });
      throw error;
    }
  }

  async close({ dropUnsent }: { readonly dropUnsent: boolean }): Promise<void> {
    if (this.#life.signal.aborted) return;
    this.#life.abort();
    const { addon, descriptor } = this.#open;
    try {
      // Otherwise the kernel holds the closing thread while the other side holds the line.
      if (dropUnsent) await called(addon.asyncFlush, descriptor);
    } catch {
      // The device is gone, and what was unsent with it.
    }
    // A use that begins after the descriptor was closed would touch somebody else's.
    await Promise.allSettled(this.#uses);
    try {
      await called(addon.asyncClose, descriptor);
    } catch {
      // As above: nothing is left that could be closed.
    }
  }

  /** Undefined where there is nothing to read. */
  async #readNow(): Promise<Uint8Array | undefined> {
    const { descriptor, path } = this.#open;
    const bytes = new Uint8Array(limits.readBytes);
    try {
      const { bytesRead } = await this.#use(() =>
        readFromDescriptor(descriptor, bytes, 0, bytes.length, null),
      );
      // The end of a terminal is that it was hung up: the cable, or the adapter, is gone.
      if (bytesRead === 0) throw new HalError('device-gone', path);
      return bytes.slice(0, bytesRead);
    } catch (error) {
      this.#orWouldBlock(error);
      return undefined;
    }
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#life.signal.aborted) throw new HalError('closed', this.#open.path);
    const use = work();
    this.#uses.add(use);
    try {
      return await use;
    } finally {
      this.#uses.delete(use);
    }
  }

  #orWouldBlock(error: unknown): void {
    const failure = toHalError(error, this.#open.path);
    if (failure.errno !== 'EAGAIN' && failure.errno !== 'EINTR') throw failure;
  }

  async #pause(ms: number, signal: AbortSignal = this.#life.signal): Promise<void> {
    try {
      await sleep(this.#open.clock, ms, AbortSignal.any([signal, this.#life.signal]));
    } catch (error) {
      if (isHalError(error, 'aborted') && this.#life.signal.aborted) {
        throw new HalError('closed', this.#open.path);
      }
      throw error;
    }
  }
}

function modemLinesOf(lines: unknown): ModemLines | undefined {
  if (typeof lines !== 'object' || lines === null) return undefined;
  const isOn = (name: string): boolean => Reflect.get(lines, name) === true;
  return { cts: isOn('cts'), dsr: isOn('dsr'), dcd: isOn('dcd') };
}

/** Terminals with a driver and, on the mainboard, with hardware behind the number. */
async function listSerialPorts(): Promise<readonly SerialPortInfo[]> {
  const names = await textOr([], () => readdir(ttyClass));
  const found = await Promise.all(
    names.map(async (name): Promise<readonly SerialPortInfo[]> => {
      const driver = await textOr('', () => readlink(`${ttyClass}/${name}/device/driver`));
      const type = await textOr('', () => readFile(`${ttyClass}/${name}/type`, 'utf8'));
      if (driver === '' || type.trim() === unknownType) return [];
      return [{ path: `/dev/${name}`, driver: basename(driver) }];
    }),
  );
  return found.flat().toSorted((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }));
}

/** PORT_UNKNOWN of the kernel's serial core: a number without a chip. */
const unknownType = '0';

async function textOr<T>(otherwise: T, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch {
    // Terminals come and go, and most have no such file.
    return otherwise;
  }
}

/** The addon words the system's errors instead of naming them. */
const wordings: readonly { readonly words: RegExp; readonly code: HalErrorCode }[] = [
  { words: /No such file/, code: 'not-found' },
  { words: /Permission denied|Operation not permitted/, code: 'permission-denied' },
  { words: /Cannot lock port|temporarily unavailable|busy/, code: 'busy' },
  { words: /No such device/, code: 'device-gone' },
  { words: /Input\/output error/, code: 'io-error' },
];

function addonError(error: unknown, path: string): HalError {
  const failure = toHalError(error, path);
  if (failure.code !== 'other') return failure;
  const said = error instanceof Error ? error.message : String(error);
  const code = wordings.find(({ words }) => words.test(said))?.code ?? 'other';
  return new HalError(code, path, { cause: error, detail: said });
}
