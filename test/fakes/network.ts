// TCP in memory, on an injected clock: hosts that answer, refuse, or keep silent, and connections
// with the back-pressure of a small kernel buffer.
import { canonicalAddress } from '../../hal/address.ts';
import type {
  Clock,
  SocketAddress,
  Tcp,
  TcpConnection,
  TcpConnectOptions,
  TcpListenOptions,
} from '../../hal/contract.ts';
import { HalError } from '../../hal/errors.ts';
import { abortable, startDeadline } from '../../hal/time.ts';

export interface FakeNetworkOptions {
  readonly clock: Clock;
  /** Names and what they resolve to; what is not here is its own address. */
  readonly names?: ReadonlyMap<string, readonly string[]>;
  /** Addresses that answer nothing. */
  readonly silent?: ReadonlySet<string>;
  /** What one direction holds that nobody has read. */
  readonly bufferBytes?: number;
}

const defaultBufferBytes = 256 * 1024;
const firstFreePort = 20_000;
const hostAddress = '127.0.0.1';

export function createFakeNetwork(options: FakeNetworkOptions): Tcp {
  const bufferBytes = options.bufferBytes ?? defaultBufferBytes;
  const listeners = new Map<string, TcpListenOptions>();
  let nextPort = firstFreePort;

  const connectTo = async (
    address: string,
    request: TcpConnectOptions,
    signal: AbortSignal,
  ): Promise<TcpConnection> => {
    if (options.silent?.has(address)) return abortable(new Promise<never>(() => {}), signal);
    const remote = { address, port: request.port };
    const listener = listeners.get(textOf(remote));
    if (listener === undefined) throw new HalError('connection-refused', textOf(remote));
    const local = {
      address: request.localAddress ?? hostAddress,
      port: request.localPort ?? nextPort++,
    };
    const up = new Pipe(bufferBytes);
    const down = new Pipe(bufferBytes);
    const client = new FakeConnection(local, remote, down, up);
    listener.onConnection(new FakeConnection(remote, local, up, down));
    return client;
  };

  return {
    async connect(request) {
      const target = `${request.host}:${request.port}`;
      const addresses = (options.names?.get(request.host) ?? [request.host]).map(canonicalAddress);
      for (const address of addresses) {
        const detail = request.refuseAddress?.(address);
        if (detail !== undefined) throw new HalError('address-refused', target, { detail });
      }
      using deadline = startDeadline(options.clock, request.timeoutMs, request.signal);
      let failure = new HalError('name-not-found', target);
      for (const address of addresses) {
        try {
          if (deadline.signal.aborted) throw new HalError('aborted', target);
          return await connectTo(address, request, deadline.signal);
        } catch (error) {
          if (!(error instanceof HalError)) throw error;
          failure = error;
        }
      }
      throw deadline.expired ? new HalError('timed-out', target) : failure;
    },

    async listen(request) {
      const local = { address: request.address, port: request.port || nextPort++ };
      if (listeners.has(textOf(local))) throw new HalError('address-in-use', textOf(local));
      listeners.set(textOf(local), request);
      return { local, close: async () => void listeners.delete(textOf(local)) };
    },
  };
}

function textOf({ address, port }: SocketAddress): string {
  return `${address}:${port}`;
}

/** One direction: bytes that were written and not read, FIN behind them, or a failure instead. */
class Pipe {
  readonly #capacityBytes: number;
  #parts: Uint8Array[] = [];
  #sizeBytes = 0;
  #change = Promise.withResolvers<void>();
  ended = false;
  writerFailure: HalError | undefined;
  readerFailure: HalError | undefined;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get sizeBytes() {
    return this.#sizeBytes;
  }

  /** Puts in what fits; 0 where it is full. */
  put(bytes: Uint8Array): number {
    const fitting = bytes.slice(0, this.#capacityBytes - this.#sizeBytes);
    if (fitting.length === 0) return 0;
    this.#parts.push(fitting);
    this.#sizeBytes += fitting.length;
    this.changed();
    return fitting.length;
  }

  take(): Uint8Array | undefined {
    const part = this.#parts.shift();
    this.#sizeBytes -= part?.length ?? 0;
    if (part !== undefined) this.changed();
    return part;
  }

  empty(): void {
    this.#parts = [];
    this.#sizeBytes = 0;
  }

  /** Resolves at the next change of anything. */
  get change(): Promise<void> {
    return this.#change.promise;
  }

  changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}

class FakeConnection implements TcpConnection {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
  readonly #in: Pipe;
  readonly #out: Pipe;
  #takenBytes = 0;
  #underWay: Promise<void> | undefined;

  constructor(local: SocketAddress, remote: SocketAddress, incoming: Pipe, outgoing: Pipe) {
    this.local = local;
    this.remote = remote;
    this.#in = incoming;
    this.#out = outgoing;
  }

  get takenBytes() {
    return this.#takenBytes;
  }

  /** What the buffer in between holds is with the other end. */
  unacknowledgedBytes() {
    return 0;
  }

  write(chunk: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (this.#out.writerFailure) return Promise.reject(this.#out.writerFailure);
    if (this.#underWay !== undefined) throw new Error('one write at a time: use settled() first');
    if (this.#out.ended) return Promise.reject(this.#error('closed'));
    const work = this.#put(chunk).then(() => this.#forgetWrite());
    // Kept for settled(), which rejects as the write did.
    work.catch(() => {});
    this.#underWay = work;
    return abortable(work, signal);
  }

  settled(signal?: AbortSignal): Promise<void> {
    return abortable(this.#underWay ?? Promise.resolve(), signal);
  }

  async read(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    for (;;) {
      if (signal?.aborted) throw this.#error('aborted');
      if (this.#in.readerFailure) throw this.#in.readerFailure;
      const part = this.#in.take();
      if (part !== undefined || this.#in.ended) return part;
      await abortable(this.#in.change, signal);
    }
  }

  async endWrite(): Promise<void> {
    await this.settled();
    if (this.#out.writerFailure) throw this.#out.writerFailure;
    this.#out.ended = true;
    this.#out.changed();
  }

  reset(): void {
    this.#break(this.#error('closed'), this.#error('connection-reset'));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.endWrite()]);
    const unread = this.#in.sizeBytes > 0;
    this.#in.readerFailure ??= this.#error('closed');
    this.#out.writerFailure ??= this.#error('closed');
    // As the kernel does: unread bytes, or bytes that come later, are answered with a reset.
    if (unread) return this.#break(this.#error('closed'), this.#error('connection-reset'));
    this.#in.writerFailure ??= this.#error('connection-reset');
    this.#in.changed();
  }

  async #put(chunk: Uint8Array): Promise<void> {
    let done = 0;
    while (done < chunk.length) {
      if (this.#out.writerFailure) throw this.#out.writerFailure;
      const put = this.#out.put(chunk.subarray(done));
      done += put;
      this.#takenBytes += put;
      if (put === 0) await this.#out.change;
    }
  }

  #forgetWrite(): void {
    this.#underWay = undefined;
  }

  #break(ours: HalError, theirs: HalError): void {
    this.#in.readerFailure ??= ours;
    this.#out.writerFailure ??= ours;
    if (!this.#out.ended || this.#out.sizeBytes > 0) this.#out.readerFailure ??= theirs;
    this.#in.writerFailure ??= theirs;
    for (const pipe of [this.#in, this.#out]) {
      pipe.empty();
      pipe.changed();
    }
  }

  #error(code: 'closed' | 'aborted' | 'connection-reset'): HalError {
    return new HalError(code, textOf(this.remote));
  }
}
