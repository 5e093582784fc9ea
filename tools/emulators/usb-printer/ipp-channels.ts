// The IPP channels of an emulated USB printer: each is a pipe to an IPP printer that listens on
// TCP.
import type { SocketAddress, Tcp, TcpConnection } from '../../../hal/contract.ts';

export interface IppChannelsOptions {
  readonly tcp: Tcp;
  /** The IPP printer behind the channels. */
  readonly printer: SocketAddress;
  readonly onChange: () => void;
}

interface Channel {
  connection: Promise<TcpConnection> | undefined;
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
    channel.connection ??= this.#connect(channel);
    try {
      await (await channel.connection).write(bytes);
    } catch {
      // The IPP printer is gone: the host hears nothing more on this channel.
      channel.connection = undefined;
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

  /** The plug was pulled: what was under way breaks off. */
  breakAll(): void {
    for (const { connection } of this.#channels.values()) {
      connection?.then((each) => each.reset()).catch(() => {});
    }
    this.#channels.clear();
  }

  #channel(channelNumber: number): Channel {
    const found = this.#channels.get(channelNumber);
    if (found !== undefined) return found;
    const made: Channel = {
      connection: undefined,
      said: [],
      read: Promise.withResolvers(),
    };
    this.#channels.set(channelNumber, made);
    return made;
  }

  async #connect(channel: Channel): Promise<TcpConnection> {
    const { tcp, printer } = this.#options;
    const { address: host, port } = printer;
    const connection = await tcp.connect({ host, port, timeoutMs: connectTimeoutMs });
    void this.#listen(channel, connection);
    return connection;
  }

  /** USB has no end of a connection: the next request simply finds another one. */
  async #listen(channel: Channel, connection: TcpConnection): Promise<void> {
    try {
      for (;;) {
        const part = await connection.read();
        if (part === undefined) break;
        channel.said.push(Buffer.from(part));
        this.#options.onChange();
        while (channel.said.length >= saidParts) await channel.read.promise;
      }
      await connection.close();
    } catch {
      // It broke off: nothing more is said, which is what the host sees of it.
    }
    channel.connection = undefined;
  }
}
