// Connections of a box's process over its simulated kernel, as hal promises them.
import type { SocketAddress, Tcp, TcpConnection } from '../../../hal/contract.ts';
import { HalError } from '../../../hal/errors.ts';
import { abortable } from '../../../hal/time.ts';
import type { Term } from '../../../firmware/store/contract.ts';
import type { Timeline } from '../timeline.ts';
import type { Kernel, Socket } from './kernel.ts';
import type { Printer } from './devices.ts';

export interface BoxTcpOptions {
  readonly kernel: Kernel;
  readonly timeline: Timeline;
  readonly printers: readonly Printer[];
  /** The ownership under which a connection is made. */
  readonly term: () => Term;
  /** Binds an action to the process that runs now. */
  readonly inProcess: (action: () => void) => () => void;
  /** The first bytes of a document were handed to the kernel. */
  readonly onFirstByte: (socket: Socket) => void;
}

const groupAddress = '192.0.2.10';

export function createBoxTcp(options: BoxTcpOptions): Tcp {
  const { kernel, timeline, printers } = options;
  return {
    async connect(request) {
      const remote = { address: request.host, port: request.port };
      const target = `${request.host}:${request.port}`;
      const printer = printers.find(({ address }) => address === request.host);
      if (printer === undefined) throw new HalError('host-unreachable', target);
      const socket = kernel.connect(printer, request.localPort, options.term());
      if (socket === undefined) throw new HalError('address-not-available', target);
      const connection = new Connection(options, socket, remote);
      const late = Promise.withResolvers<never>();
      const give = options.inProcess(() => {
        timeline.touch();
        late.reject(new HalError('timed-out', target));
      });
      timeline.after(request.timeoutMs, give);
      try {
        await abortable(Promise.race([connection.connected, late.promise]), request.signal);
        return connection;
      } catch (error) {
        late.promise.catch(() => undefined);
        socket.reset();
        throw error;
      }
    },
    listen: () => Promise.reject(new HalError('address-not-available', 'the group')),
  };
}

class Connection implements TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly connected: Promise<void>;
  readonly #socket: Socket;
  readonly #options: BoxTcpOptions;
  #change = Promise.withResolvers<void>();
  #underWay: Promise<void> | undefined;
  #closed = false;
  #takenBytes = 0;

  constructor(options: BoxTcpOptions, socket: Socket, remote: SocketAddress) {
    this.#options = options;
    this.#socket = socket;
    this.local = { address: groupAddress, port: socket.localPort };
    this.remote = remote;
    const changed = options.inProcess;
    socket.onChange = () => changed(() => this.#changed())();
    this.connected = this.#until(() => socket.connected);
    this.connected.catch(() => undefined);
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  unacknowledgedBytes(): number | undefined {
    const { broken, unacknowledgedBytes } = this.#socket;
    return broken || this.#closed ? undefined : unacknowledgedBytes;
  }

  write(chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#socket.broken || this.#closed) return Promise.reject(this.#error());
    if (this.#socket.jobNumber === undefined && chunk.length > 0) this.#begin(chunk);
    const work = this.#put(chunk).finally(() => {
      this.#underWay = undefined;
    });
    work.catch(() => undefined);
    this.#underWay = work;
    return abortable(work, signal);
  }

  settled(signal?: AbortSignal): Promise<void> {
    return abortable(this.#underWay ?? Promise.resolve(), signal);
  }

  /** A printer says nothing but its end. */
  async read(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    await abortable(
      this.#until(() => this.#socket.delivered),
      signal,
    );
    return undefined;
  }

  async endWrite(): Promise<void> {
    await this.settled();
    if (this.#socket.broken) throw this.#error();
    this.#socket.finish();
  }

  reset(): void {
    this.#closed = true;
    this.#socket.reset();
    this.#changed();
  }

  async close(): Promise<void> {
    this.#socket.finish();
    this.#closed = true;
  }

  #begin(chunk: Uint8Array): void {
    const number = /^JOB (\d+) /.exec(Buffer.from(chunk.subarray(0, 24)).toString('latin1'))?.[1];
    this.#socket.jobNumber = number === undefined ? -1 : Number(number);
    this.#options.onFirstByte(this.#socket);
  }

  async #put(chunk: Uint8Array): Promise<void> {
    let done = 0;
    while (done < chunk.length) {
      if (this.#socket.broken || this.#closed) throw this.#error();
      const put = this.#socket.put(chunk.subarray(done));
      done += put;
      this.#takenBytes += put;
      if (put === 0) await this.#change.promise;
    }
  }

  async #until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.#socket.broken || this.#closed) throw this.#error();
      await this.#change.promise;
    }
  }

  #changed(): void {
    this.#options.timeline.touch();
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }

  #error(): HalError {
    const { address, port } = this.remote;
    const code = this.#socket.cutOff ? 'cut-off' : 'connection-reset';
    return new HalError(this.#closed ? 'closed' : code, `${address}:${port}`);
  }
}
