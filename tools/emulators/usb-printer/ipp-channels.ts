// The IPP channels of an emulated USB printer: each is a pipe to an IPP printer that listens on
// TCP.
import type { SocketAddress, Tcp, TcpConnection } from '../../../hal/contract.ts';
import { RequestSplitter } from './request-splitter.ts';

export interface IppChannelsOptions {
  readonly tcp: Tcp;
  /** The IPP printer behind the channels. */
  readonly printer: SocketAddress;
  readonly onChange: () => void;
}

interface Channel {
  readonly requests: RequestSplitter;
  /** Of the request that is under way; undefined once it broke off. */
  connection: Promise<TcpConnection> | undefined;
  /** The answers to requests before come first. */
  answered: Promise<void>;
  readonly open: Set<TcpConnection>;
  isBroken: boolean;
  /** Lies there until it is read, whoever reads. */
  readonly said: Buffer[];
  /** Resolves when something was read. */
  read: PromiseWithResolvers<void>;
}

const connectTimeoutMs = 10_000;
/** An answer that never ends stays with the IPP printer. */
const saidParts = 16;

export class IppChannels {
  readonly #options: IppChannelsOptions;
  readonly #channels = new Map<number, Channel>();

  constructor(options: IppChannelsOptions) {
    this.#options = options;
  }

  /** What the host sent on a channel; waits for as long as the IPP printer does not read. */
  async write(channelNumber: number, bytes: Uint8Array): Promise<void> {
    const channel = this.#channel(channelNumber);
    for (const { begins, bytes: part } of channel.requests.push(bytes)) {
      // The printer ends a connection with its answer, which the next request may overtake.
      if (begins) channel.connection = this.#begin(channel);
      try {
        await (await channel.connection)?.write(part);
      } catch {
        // The IPP printer wants no more of this request: the rest of it goes nowhere.
        channel.connection = undefined;
      }
    }
  }

  read(channelNumber: number, maxBytes: number): Buffer | undefined {
    const channel = this.#channel(channelNumber);
    const { said } = channel;
    const part = said.shift();
    channel.read.resolve();
    channel.read = Promise.withResolvers();
    if (part !== undefined && part.length > maxBytes) said.unshift(part.subarray(maxBytes));
    return part?.subarray(0, maxBytes);
  }

  /** What was read did not arrive. */
  unread(channelNumber: number, bytes: Buffer): void {
    this.#channel(channelNumber).said.unshift(bytes);
  }

  /** The plug was pulled, or the port was reset: what was under way breaks off. */
  breakAll(): void {
    for (const channel of this.#channels.values()) {
      channel.isBroken = true;
      for (const connection of channel.open) connection.reset();
      channel.read.resolve();
    }
    this.#channels.clear();
  }

  #channel(channelNumber: number): Channel {
    const found = this.#channels.get(channelNumber);
    if (found !== undefined) return found;
    const made: Channel = {
      requests: new RequestSplitter(),
      connection: undefined,
      answered: Promise.resolve(),
      open: new Set(),
      isBroken: false,
      said: [],
      read: Promise.withResolvers(),
    };
    this.#channels.set(channelNumber, made);
    return made;
  }

  #begin(channel: Channel): Promise<TcpConnection> {
    const connecting = this.#connect(channel);
    channel.answered = channel.answered.then(() => this.#listen(channel, connecting));
    return connecting;
  }

  async #connect(channel: Channel): Promise<TcpConnection> {
    const { tcp, printer } = this.#options;
    const { address: host, port } = printer;
    const connection = await tcp.connect({ host, port, timeoutMs: connectTimeoutMs });
    if (channel.isBroken) connection.reset();
    else channel.open.add(connection);
    return connection;
  }

  async #listen(channel: Channel, connecting: Promise<TcpConnection>): Promise<void> {
    try {
      const connection = await connecting;
      for (;;) {
        const part = await connection.read();
        if (part === undefined || channel.isBroken) break;
        channel.said.push(Buffer.from(part));
        this.#options.onChange();
        while (channel.said.length >= saidParts && !channel.isBroken) await channel.read.promise;
      }
      await connection.close();
      channel.open.delete(connection);
    } catch {
      // It broke off: nothing more is said, which is what the host sees of it.
    }
  }
}
