// Serial ports through serialport's binding; which there are, the kernel's device tree tells.
import { read as readNow, write as writeNow } from 'node:fs';
import { access, readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { SerialPort as Library } from 'serialport';
import type {
  Clock,
  ModemLines,
  SerialLine,
  SerialPort,
  SerialPortInfo,
  SerialPorts,
} from '../contract.ts';
import { HalError, type HalErrorCode, toHalError } from '../errors.ts';
import { abortable, sleep } from '../time.ts';
import { serialLimits as limits } from './limits.ts';

type Binding = Awaited<ReturnType<(typeof Library)['binding']['open']>>;
type LinuxBinding = Extract<Binding, { readonly poller: unknown; fd: number | null }>;

const writeToDescriptor = promisify(writeNow);
const readFromDescriptor = promisify(readNow);
const ttyClass = '/sys/class/tty';

/** Rejects where the library can't be loaded on this machine. */
export async function loadSerialLibrary(): Promise<void> {
  await import('serialport');
}

export function createLinuxSerial({ clock }: { readonly clock: Clock }): SerialPorts {
  return {
    async open(path, line) {
      // Loaded by the first port that is opened: most appliances have none.
      const { SerialPort: library } = await import('serialport');
      try {
        await access(path);
        const binding: Binding = await library.binding.open({
          path,
          baudRate: line.baudRate,
          dataBits: line.dataBits,
          parity: line.parity,
          stopBits: line.stopBits,
          rtscts: line.flow === 'rts-cts',
          xon: line.flow === 'xon-xoff',
          xoff: line.flow === 'xon-xoff',
        });
        if (!('poller' in binding) || !('fd' in binding)) throw new Error('is no Linux port');
        // Opening raised DTR and RTS; a port without such lines keeps what it has.
        if (!line.dtr) await binding.set({ dtr: false, rts: true });
        return new LinuxSerialPort({ binding, path, line, clock });
      } catch (error) {
        throw bindingError(error, path);
      }
    },
    list: listSerialPorts,
  };
}

class LinuxSerialPort implements SerialPort {
  readonly #binding: LinuxBinding;
  readonly #path: string;
  readonly #line: SerialLine;
  readonly #clock: Clock;
  #isClosed = false;

  constructor(options: {
    readonly binding: LinuxBinding;
    readonly path: string;
    readonly line: SerialLine;
    readonly clock: Clock;
  }) {
    this.#binding = options.binding;
    this.#path = options.path;
    this.#line = options.line;
    this.#clock = options.clock;
  }

  async write(bytes: Uint8Array): Promise<number> {
    for (;;) {
      try {
        const { bytesWritten } = await writeToDescriptor(this.#descriptor(), bytes);
        if (bytesWritten > 0) return bytesWritten;
      } catch (error) {
        this.#orWouldBlock(error);
      }
      await this.#until('writable');
    }
  }

  async read(): Promise<Uint8Array> {
    const bytes = new Uint8Array(limits.readBytes);
    for (;;) {
      try {
        const { bytesRead } = await readFromDescriptor(
          this.#descriptor(),
          bytes,
          0,
          bytes.length,
          null,
        );
        // The end of a terminal is that it was hung up: the cable, or the adapter, is gone.
        if (bytesRead === 0) throw new HalError('device-gone', this.#path);
        return bytes.slice(0, bytesRead);
      } catch (error) {
        this.#orWouldBlock(error);
      }
      await this.#until('readable');
    }
  }

  async settled(signal: AbortSignal): Promise<void> {
    // The kernel calls a terminal writable when it has less than this to send.
    await abortable(this.#until('writable'), signal);
    const { baudRate, dataBits } = this.#line;
    const bits = limits.writableBelowBytes * (dataBits + limits.framingBits);
    await sleep(this.#clock, Math.ceil((bits / baudRate) * 1000), signal);
  }

  async lines(): Promise<ModemLines | undefined> {
    try {
      const { cts, dsr, dcd } = await this.#binding.get();
      return { cts, dsr, dcd };
    } catch {
      // A pseudo-terminal, or an adapter that does not tell: both have no lines to speak of.
      return undefined;
    }
  }

  async close({ dropUnsent }: { readonly dropUnsent: boolean }): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      // Otherwise the kernel holds the closing thread while the other side holds the line.
      if (dropUnsent) await this.#binding.flush();
    } catch {
      // The device is gone, and what was unsent with it.
    }
    try {
      await this.#binding.close();
    } catch {
      // As above: nothing is left that could be closed.
    }
  }

  #descriptor(): number {
    const { fd } = this.#binding;
    if (this.#isClosed || fd === null) throw new HalError('closed', this.#path);
    return fd;
  }

  #orWouldBlock(error: unknown): void {
    const failure = toHalError(error, this.#path);
    if (failure.errno !== 'EAGAIN' && failure.errno !== 'EINTR') throw failure;
  }

  async #until(event: 'readable' | 'writable'): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#binding.poller.once(event, (error) => {
      if (error) reject(new HalError(this.#isClosed ? 'closed' : 'io-error', this.#path));
      else resolve();
    });
    await promise;
  }
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

/** The binding words the system's errors instead of naming them. */
const wordings: readonly { readonly words: RegExp; readonly code: HalErrorCode }[] = [
  { words: /No such file/, code: 'not-found' },
  { words: /Permission denied|Operation not permitted/, code: 'permission-denied' },
  { words: /Cannot lock port|temporarily unavailable|busy/, code: 'busy' },
  { words: /No such device/, code: 'device-gone' },
  { words: /Input\/output error/, code: 'io-error' },
];

function bindingError(error: unknown, path: string): HalError {
  const failure = toHalError(error, path);
  if (failure.code !== 'other') return failure;
  const said = error instanceof Error ? error.message : String(error);
  const code = wordings.find(({ words }) => words.test(said))?.code ?? 'other';
  return new HalError(code, path, { cause: error, detail: said });
}
